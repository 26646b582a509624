/*---
name: unit_line
zh: 判定明细
says: one net line with the unit (day) that judges it and its settlement's figures; prescriptions not yet charged come as lines of stage pre
key: [bkkp_sn]
reads: [net_line, net_setl, rx_d, fee_list_d]
keep: true
---*/
WITH charged AS (
  SELECT DISTINCT rx_drord_no FROM fee_list_d WHERE rx_drord_no IS NOT NULL
)
SELECT l.bkkp_sn, l.setl_id, l.mdtrt_id, l.psn_no, l.patient, l.fixmedins_code, l.med_type, l.fee_ocur_time,
       l.service_date, l.hilist_code, l.hilist_name, l.list_type, l.med_chrgitm_type, l.pric,
       l.pric_uplmt_amt, l.chrgitm_lv, l.rx_drord_no, l.bilg_dr_code, l.bilg_dept_codg,
       l.bilg_dept_name, l.acord_dr_code, l.acord_dept_codg, l.spec, l.prd_days, l.dscg_tkdrug_flag, l.rx_circ_flag,
       l.tcmdrug_used_way, l.hosp_appr_flag, l.serv_begntime, l.serv_endtime, l.crte_time, l.cnt,
       l.det_item_fee_sumamt, l.inscp_amt, l.overlmt_selfpay,
       l.settled, n.setl_date, n.setl_time, n.insutype,
       CASE WHEN n.setl_id IS NULL THEN 'unknown' ELSE n.amt_basis END AS amt_basis,
       n.fund_pay_sumamt AS setl_fund_amt, n.inscp_amt AS setl_inscp_amt, n.setl_type, n.manl_reim_rea,
       n.mdtrt_cert_type, n.dise_no,
       -- Points that name a device by a part of its name also name the operation that puts it in.
       CASE WHEN starts_with_text(l.list_type, '2') AND NOT starts_with_text(l.hilist_code, 'C') THEN TRUE ELSE FALSE END
         AS service_item,
       CASE WHEN l.settled THEN 'post' ELSE 'in' END AS stage,
       CASE WHEN l.settled THEN concat_text('setl_date=', COALESCE(n.setl_date, l.service_date))
            ELSE concat_text('open=', l.service_date) END AS judged_day
FROM net_line AS l LEFT JOIN net_setl AS n ON n.setl_id = l.setl_id
UNION ALL
SELECT concat_text('rx:', r.hi_rxno) AS bkkp_sn, CAST(NULL AS STRING) AS setl_id,
       CAST(NULL AS STRING) AS mdtrt_id, r.psn_no, r.psn_no AS patient, r.fixmedins_code, CAST(NULL AS STRING) AS med_type,
       r.prsc_time AS fee_ocur_time, day_of(r.prsc_time) AS service_date,
       CAST(NULL AS STRING) AS hilist_code, CAST(NULL AS STRING) AS hilist_name,
       CAST(NULL AS STRING) AS list_type, CAST(NULL AS STRING) AS med_chrgitm_type,
       CAST(NULL AS DECIMAL(16,6)) AS pric, CAST(NULL AS DECIMAL(16,6)) AS pric_uplmt_amt,
       CAST(NULL AS STRING) AS chrgitm_lv, r.hi_rxno AS rx_drord_no, r.prsc_dr_code AS bilg_dr_code,
       CAST(NULL AS STRING) AS bilg_dept_codg, CAST(NULL AS STRING) AS bilg_dept_name,
       CAST(NULL AS STRING) AS acord_dr_code, CAST(NULL AS STRING) AS acord_dept_codg,
       CAST(NULL AS STRING) AS spec, CAST(NULL AS DECIMAL(16,4)) AS prd_days,
       CAST(NULL AS STRING) AS dscg_tkdrug_flag, CAST(NULL AS STRING) AS rx_circ_flag,
       CAST(NULL AS STRING) AS tcmdrug_used_way, CAST(NULL AS STRING) AS hosp_appr_flag,
       CAST(NULL AS TIMESTAMP_NTZ) AS serv_begntime, CAST(NULL AS TIMESTAMP_NTZ) AS serv_endtime,
       CAST(NULL AS TIMESTAMP_NTZ) AS crte_time,
       CAST(NULL AS DECIMAL(16,4)) AS cnt, CAST(NULL AS DECIMAL(16,2)) AS det_item_fee_sumamt,
       CAST(NULL AS DECIMAL(16,2)) AS inscp_amt, CAST(NULL AS DECIMAL(16,2)) AS overlmt_selfpay,
       FALSE AS settled, CAST(NULL AS DATE) AS setl_date, CAST(NULL AS TIMESTAMP_NTZ) AS setl_time,
       CAST(NULL AS STRING) AS insutype, 'unknown' AS amt_basis,
       CAST(NULL AS DECIMAL(16,2)) AS setl_fund_amt, CAST(NULL AS DECIMAL(16,2)) AS setl_inscp_amt,
       CAST(NULL AS STRING) AS setl_type, CAST(NULL AS STRING) AS manl_reim_rea,
       CAST(NULL AS STRING) AS mdtrt_cert_type, CAST(NULL AS STRING) AS dise_no,
       FALSE AS service_item, 'pre' AS stage, concat_text('event_date=', day_of(r.prsc_time)) AS judged_day
FROM rx_d AS r
LEFT ANTI JOIN charged AS c ON c.rx_drord_no = r.hi_rxno
LEFT ANTI JOIN charged AS d ON d.rx_drord_no = r.rxno
WHERE COALESCE(r.vali_flag, '1') <> '0'
