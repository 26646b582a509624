/*---
name: case_script_without_visit
zh: 处方情形：开方机构无就诊
says: one day of purchases on a doctor's prescription, with whether the person was not seen at the doctor's institution within the seven days before
key: [case_id]
reads: [pharmacy_script, medins_dr_b, net_setl]
---*/
WITH home AS (
  SELECT prac_psn_code, MIN(fixmedins_code) AS fixmedins_code FROM medins_dr_b GROUP BY prac_psn_code
),
script AS (
  SELECT s.dr_code, s.fixmedins_code, s.psn_no, s.script_date, COALESCE(s.dr_place, h.fixmedins_code) AS dr_place, s.fund_pay_sumamt
  FROM pharmacy_script AS s LEFT JOIN home AS h ON h.prac_psn_code = s.dr_code
),
seen AS (
  SELECT DISTINCT s.dr_code, s.psn_no, s.script_date
  FROM script AS s
  INNER JOIN net_setl AS n ON n.psn_no = s.psn_no AND n.fixmedins_code = s.dr_place
         AND n.setl_date BETWEEN add_days(s.script_date, -7) AND s.script_date
),
bought AS (
  SELECT psn_no, fixmedins_code, setl_date, MIN(setl_id) AS setl_id FROM net_setl GROUP BY psn_no, fixmedins_code, setl_date
)
SELECT 'script_without_visit' AS pattern, concat_text(s.psn_no, '/', s.dr_code, '/', s.fixmedins_code, '/', s.script_date) AS case_id,
       b.setl_id, s.psn_no, s.fixmedins_code, s.dr_code, s.script_date AS day, s.fund_pay_sumamt AS amount,
       CASE WHEN v.psn_no IS NULL THEN TRUE ELSE FALSE END AS shown
FROM script AS s
LEFT JOIN seen AS v ON v.dr_code = s.dr_code AND v.psn_no = s.psn_no AND v.script_date = s.script_date
LEFT JOIN bought AS b ON b.psn_no = s.psn_no AND b.fixmedins_code = s.fixmedins_code AND b.setl_date = s.script_date
WHERE s.dr_place IS NOT NULL
