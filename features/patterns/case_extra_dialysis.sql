/*---
name: case_extra_dialysis
zh: 透析情形：一周第四次
says: one outpatient day of dialysis, with whether it is at least the fourth of that person here within seven days
key: [case_id]
reads: [fee_list_d, net_setl]
---*/
WITH session AS (
  SELECT f.psn_no, f.fixmedins_code, day_of(f.fee_ocur_time) AS day, MIN(f.setl_id) AS setl_id, MAX(f.bilg_dr_code) AS dr_code,
         as_money(SUM(f.inscp_amt)) AS amount
  FROM fee_list_d AS f
  LEFT SEMI JOIN net_setl AS n ON n.setl_id = f.setl_id
  WHERE COALESCE(f.vali_flag, '1') <> '0' AND f.cnt > 0 AND contains_text(f.hilist_name, '透析')
    AND starts_with_text(f.med_chrgitm_type, '05') AND NOT starts_with_text(f.med_type, '2')
  GROUP BY f.psn_no, f.fixmedins_code, day_of(f.fee_ocur_time)
),
stepped AS (
  SELECT s.*, LAG(s.day, 3) OVER (PARTITION BY s.psn_no, s.fixmedins_code ORDER BY s.day) AS third_before FROM session AS s
)
SELECT 'extra_dialysis' AS pattern, concat_text(s.psn_no, '/', s.fixmedins_code, '/', s.day) AS case_id, s.setl_id, s.psn_no,
       s.fixmedins_code, s.dr_code, s.day, s.amount,
       COALESCE(days_between(s.third_before, s.day) <= 6, FALSE) AS shown
FROM stepped AS s
