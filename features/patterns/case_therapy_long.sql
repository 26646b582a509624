/*---
name: case_therapy_long
zh: 理疗情形：疗程不止
says: one outpatient day of therapy (dialysis apart), with whether it is at least the thirty-first of that person here within ninety days
key: [case_id]
reads: [treatment_day]
---*/
-- A course has ten or twelve sessions; after two or three of them the patient is examined anew.
WITH stepped AS (
  SELECT t.*, LAG(t.day, 30) OVER (PARTITION BY t.psn_no, t.fixmedins_code ORDER BY t.day) AS thirtieth_before
  FROM treatment_day AS t WHERE NOT t.dialysis
)
SELECT 'therapy_long' AS pattern, concat_text(s.psn_no, '/', s.fixmedins_code, '/', s.day) AS case_id, s.setl_id, s.psn_no,
       s.fixmedins_code, s.dr_code, s.day, s.amount,
       COALESCE(days_between(s.thirtieth_before, s.day) < 90, FALSE) AS shown
FROM stepped AS s
