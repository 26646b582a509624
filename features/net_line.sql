/*---
name: net_line
zh: 净明细
says: one valid fee line after its refunds, settled or still open; reversal lines and lines netted to nothing are gone
key: [bkkp_sn]
reads: [fee_list_d, setl_d, net_setl, newborn_visit]
keep: true
---*/
WITH refund_line AS (
  SELECT f.bkkp_sn, f.init_feedetl_sn, f.hilist_code, s.init_setl_id,
         f.cnt, f.det_item_fee_sumamt, f.inscp_amt, f.overlmt_selfpay, f.preselfpay_amt, f.fulamt_ownpay_amt
  FROM fee_list_d AS f
  LEFT JOIN setl_d AS s ON s.setl_id = f.setl_id AND s.refd_setl_flag = '1'
                       AND COALESCE(s.vali_flag, '1') <> '0'
  WHERE COALESCE(f.vali_flag, '1') <> '0'
    AND (f.init_feedetl_sn IS NOT NULL OR s.setl_id IS NOT NULL OR f.cnt < 0)
),
by_line AS (
  SELECT init_feedetl_sn AS bkkp_sn, SUM(cnt) AS cnt, SUM(det_item_fee_sumamt) AS det,
         SUM(inscp_amt) AS inscp
  FROM refund_line WHERE init_feedetl_sn IS NOT NULL GROUP BY init_feedetl_sn
),
by_item AS (
  SELECT init_setl_id AS setl_id, hilist_code, SUM(cnt) AS cnt, SUM(det_item_fee_sumamt) AS det,
         SUM(inscp_amt) AS inscp
  FROM refund_line WHERE init_feedetl_sn IS NULL AND init_setl_id IS NOT NULL
  GROUP BY init_setl_id, hilist_code
),
kept AS (
  SELECT f.bkkp_sn, f.setl_id, f.mdtrt_id, f.psn_no, f.fixmedins_code, f.med_type, f.fee_ocur_time,
         day_of(f.fee_ocur_time) AS service_date, f.hilist_code, f.hilist_name, f.list_type,
         f.med_chrgitm_type, f.pric, f.pric_uplmt_amt, f.selfpay_prop, f.chrgitm_lv, f.rx_drord_no,
         f.medins_list_codg, f.bilg_dr_code, f.bilg_dept_codg, f.bilg_dept_name, f.acord_dr_code,
         f.acord_dept_codg, f.spec, f.prd_days, f.sin_dos_dscr, f.used_frqu_dscr,
         f.dscg_tkdrug_flag, f.rx_circ_flag, f.tcmdrug_used_way, f.hosp_appr_flag, f.serv_begntime, f.serv_endtime,
         f.crte_time, f.overlmt_selfpay, f.preselfpay_amt, f.fulamt_ownpay_amt,
         f.dq_flags,
         f.cnt + COALESCE(b.cnt, 0) + CASE WHEN f.nth = 1 THEN COALESCE(i.cnt, 0) ELSE 0 END AS cnt,
         f.det_item_fee_sumamt + COALESCE(b.det, 0)
           + CASE WHEN f.nth = 1 THEN COALESCE(i.det, 0) ELSE 0 END AS det_item_fee_sumamt,
         f.inscp_amt + COALESCE(b.inscp, 0)
           + CASE WHEN f.nth = 1 THEN COALESCE(i.inscp, 0) ELSE 0 END AS inscp_amt
  FROM (
    SELECT l.*, ROW_NUMBER() OVER (PARTITION BY l.setl_id, l.hilist_code ORDER BY l.cnt DESC, l.bkkp_sn) AS nth
    FROM fee_list_d AS l
    WHERE COALESCE(l.vali_flag, '1') <> '0'
  ) AS f
  LEFT ANTI JOIN refund_line AS r ON r.bkkp_sn = f.bkkp_sn
  LEFT JOIN by_line AS b ON b.bkkp_sn = f.bkkp_sn
  LEFT JOIN by_item AS i ON i.setl_id = f.setl_id AND i.hilist_code = f.hilist_code
)
-- A newborn under a parent's number is another patient (and a twin another again).
SELECT k.*, CASE WHEN k.setl_id IS NULL THEN FALSE ELSE TRUE END AS settled,
       CASE WHEN b.mdtrt_id IS NULL THEN k.psn_no ELSE concat_text(k.psn_no, '/', k.mdtrt_id) END AS patient
FROM kept AS k
LEFT JOIN newborn_visit AS b ON b.mdtrt_id = k.mdtrt_id
LEFT JOIN net_setl AS n ON n.setl_id = k.setl_id
LEFT JOIN setl_d AS s ON s.setl_id = k.setl_id
WHERE k.cnt > 0 AND (k.setl_id IS NULL OR n.setl_id IS NOT NULL OR s.setl_id IS NULL)
