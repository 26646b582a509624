/*---
name: case_extra_dialysis
zh: 透析情形：一周第四次
says: one outpatient day of dialysis, with whether it is at least the fourth of that person here within seven days
key: [case_id]
reads: [treatment_day]
---*/
WITH stepped AS (
  SELECT t.*, LAG(t.day, 3) OVER (PARTITION BY t.psn_no, t.fixmedins_code ORDER BY t.day) AS third_before
  FROM treatment_day AS t WHERE t.dialysis
)
SELECT 'extra_dialysis' AS pattern, concat_text(s.psn_no, '/', s.fixmedins_code, '/', s.day) AS case_id, s.setl_id, s.psn_no,
       s.fixmedins_code, s.dr_code, s.day, s.amount,
       COALESCE(days_between(s.third_before, s.day) <= 6, FALSE) AS shown
FROM stepped AS s
