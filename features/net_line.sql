/*---
name: net_line
zh: 净明细
says: one valid fee line after its refunds, settled or still open; reversal lines and lines netted to nothing are gone
key: [bkkp_sn]
reads: [fee_list_d, refunded_line, gone_setl, newborn_visit]
keep: true
---*/
WITH kept AS (
  SELECT f.bkkp_sn, f.setl_id, f.mdtrt_id, f.psn_no, f.fixmedins_code, f.med_type, f.fee_ocur_time,
         day_of(f.fee_ocur_time) AS service_date, f.hilist_code, f.hilist_name, f.list_type,
         f.med_chrgitm_type, f.pric, f.pric_uplmt_amt, f.selfpay_prop, f.chrgitm_lv, f.rx_drord_no,
         f.medins_list_codg, f.bilg_dr_code, f.bilg_dept_codg, f.bilg_dept_name, f.acord_dr_code,
         f.acord_dept_codg, f.spec, f.prd_days, f.sin_dos_dscr, f.used_frqu_dscr,
         f.dscg_tkdrug_flag, f.rx_circ_flag, f.tcmdrug_used_way, f.hosp_appr_flag, f.serv_begntime, f.serv_endtime,
         f.crte_time, f.overlmt_selfpay, f.preselfpay_amt, f.fulamt_ownpay_amt,
         f.dq_flags,
         f.cnt + COALESCE(r.cnt, 0) AS cnt,
         f.det_item_fee_sumamt + COALESCE(r.det_item_fee_sumamt, 0) AS det_item_fee_sumamt,
         f.inscp_amt + COALESCE(r.inscp_amt, 0) AS inscp_amt
  FROM fee_list_d AS f
  LEFT JOIN refunded_line AS r ON r.bkkp_sn = f.bkkp_sn
  WHERE COALESCE(f.vali_flag, '1') <> '0' AND NOT COALESCE(r.reversal, FALSE)
)
-- A newborn under a parent's number is another patient (and a twin another again).
SELECT k.*, CASE WHEN k.setl_id IS NULL THEN FALSE ELSE TRUE END AS settled,
       CASE WHEN b.mdtrt_id IS NULL THEN k.psn_no ELSE concat_text(k.psn_no, '/', k.mdtrt_id) END AS patient
FROM kept AS k
LEFT JOIN newborn_visit AS b ON b.mdtrt_id = k.mdtrt_id
LEFT ANTI JOIN gone_setl AS g ON g.setl_id = k.setl_id
WHERE k.cnt > 0
