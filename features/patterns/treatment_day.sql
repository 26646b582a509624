/*---
name: treatment_day
zh: 门诊治疗日
says: one person treated at one institution on one day outside the ward, dialysis apart from other therapy, with the yuan in scope
key: [psn_no, fixmedins_code, day, dialysis]
reads: [fee_list_d, net_setl]
keep: true
---*/
SELECT t.psn_no, t.fixmedins_code, t.day, t.dialysis, MIN(t.setl_id) AS setl_id, MAX(t.bilg_dr_code) AS dr_code,
       as_money(SUM(t.inscp_amt)) AS amount
FROM (
  SELECT f.psn_no, f.fixmedins_code, day_of(f.fee_ocur_time) AS day, contains_text(f.hilist_name, '透析') AS dialysis,
         f.setl_id, f.bilg_dr_code, f.inscp_amt
  FROM fee_list_d AS f
  LEFT SEMI JOIN net_setl AS n ON n.setl_id = f.setl_id
  WHERE COALESCE(f.vali_flag, '1') <> '0' AND f.cnt > 0 AND starts_with_text(f.med_chrgitm_type, '05')
    AND NOT starts_with_text(f.med_type, '2')
) AS t
GROUP BY t.psn_no, t.fixmedins_code, t.day, t.dialysis
