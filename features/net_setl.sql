/*---
name: net_setl
zh: 净结算
says: one valid settlement after its refunds; reversals and settlements refunded to nothing are gone
key: [setl_id]
reads: [setl_d]
keep: true
---*/
WITH refund AS (
  SELECT init_setl_id AS setl_id,
         SUM(medfee_sumamt) AS medfee_sumamt,
         SUM(inscp_amt) AS inscp_amt,
         SUM(fund_pay_sumamt) AS fund_pay_sumamt,
         SUM(psn_pay) AS psn_pay
  FROM setl_d
  WHERE refd_setl_flag = '1' AND init_setl_id IS NOT NULL AND COALESCE(vali_flag, '1') <> '0'
  GROUP BY init_setl_id
)
SELECT s.setl_id, s.mdtrt_id, s.psn_no, s.fixmedins_code, s.insutype, s.med_type,
       s.begndate, s.enddate, s.setl_time, day_of(s.setl_time) AS setl_date,
       s.medfee_sumamt + COALESCE(r.medfee_sumamt, 0) AS medfee_sumamt,
       s.inscp_amt + COALESCE(r.inscp_amt, 0) AS inscp_amt,
       s.fund_pay_sumamt + COALESCE(r.fund_pay_sumamt, 0) AS fund_pay_sumamt,
       s.psn_pay + COALESCE(r.psn_pay, 0) AS psn_pay,
       s.act_pay_dedc, s.hifp_pay, s.setl_type, s.mid_setl_flag, s.mdtrt_cert_type, s.insu_admdvs, s.manl_reim_rea,
       s.dise_no, s.drg_codg, s.dev_no, s.invono,
       CASE WHEN s.hi_paymtd IN ('2', '3', '4') THEN 'by_case'
            WHEN s.hi_paymtd = '5' THEN 'by_bed_day'
            WHEN s.hi_paymtd = '6' THEN 'by_head'
            WHEN s.hi_paymtd = '1' THEN 'by_item'
            WHEN s.hi_paymtd IS NULL AND NOT starts_with_text(s.med_type, '2')
                 AND s.med_type <> '52' THEN 'by_item'
            ELSE 'unknown' END AS amt_basis,
       CASE WHEN starts_with_text(s.med_type, '2') OR s.med_type = '52' THEN 'inpatient'
            WHEN s.med_type = '41' THEN 'pharmacy' ELSE 'outpatient' END AS care_setting,
       CASE WHEN r.setl_id IS NULL THEN FALSE ELSE TRUE END AS partly_refunded,
       s.dq_flags
FROM setl_d AS s
LEFT JOIN refund AS r ON r.setl_id = s.setl_id
WHERE COALESCE(s.vali_flag, '1') <> '0' AND s.refd_setl_flag <> '1'
  AND (r.setl_id IS NULL OR s.medfee_sumamt + r.medfee_sumamt > 0)
