/*---
name: case_therapy_rhythm
zh: 理疗情形：固定间隔
says: one outpatient day of therapy four days or more and no whole weeks after the one before, with whether that one followed its own at the same distance
key: [case_id]
reads: [treatment_day]
---*/
WITH stepped AS (
  SELECT t.*, LAG(t.day) OVER (PARTITION BY t.psn_no, t.fixmedins_code ORDER BY t.day) AS before_day,
         LAG(t.day, 2) OVER (PARTITION BY t.psn_no, t.fixmedins_code ORDER BY t.day) AS second_before
  FROM treatment_day AS t WHERE NOT t.dialysis
),
spaced AS (
  SELECT s.*, days_between(s.before_day, s.day) AS gap, days_between(s.second_before, s.before_day) AS gap_before
  FROM stepped AS s WHERE s.second_before IS NOT NULL
)
-- Whole weeks are a weekday that both sides keep: ordinary of clinics and courses. Only days that could have shown it
-- count: where people come often, distances agree by chance now and then.
SELECT 'therapy_rhythm' AS pattern, concat_text(s.psn_no, '/', s.fixmedins_code, '/', s.day) AS case_id, s.setl_id, s.psn_no,
       s.fixmedins_code, s.dr_code, s.day, s.amount, s.gap = s.gap_before AS shown
FROM spaced AS s
WHERE s.gap >= 4 AND safe_ratio(s.gap, 7) > round_down(safe_ratio(s.gap, 7))
