/*---
name: case_therapy_rhythm
zh: 理疗情形：固定间隔
says: one outpatient day of therapy, with whether it follows the one before at the same distance as that the one before it, four days or more and no whole weeks
key: [case_id]
reads: [treatment_day]
---*/
WITH stepped AS (
  SELECT t.*, LAG(t.day) OVER (PARTITION BY t.psn_no, t.fixmedins_code ORDER BY t.day) AS before_day,
         LAG(t.day, 2) OVER (PARTITION BY t.psn_no, t.fixmedins_code ORDER BY t.day) AS second_before
  FROM treatment_day AS t WHERE NOT t.dialysis
)
-- Whole weeks are a weekday that both sides keep: ordinary of clinics and courses.
SELECT 'therapy_rhythm' AS pattern, concat_text(s.psn_no, '/', s.fixmedins_code, '/', s.day) AS case_id, s.setl_id, s.psn_no,
       s.fixmedins_code, s.dr_code, s.day, s.amount,
       COALESCE(days_between(s.before_day, s.day) >= 4
                AND safe_ratio(days_between(s.before_day, s.day), 7) > round_down(safe_ratio(days_between(s.before_day, s.day), 7))
                AND days_between(s.before_day, s.day) = days_between(s.second_before, s.before_day), FALSE) AS shown
FROM stepped AS s
