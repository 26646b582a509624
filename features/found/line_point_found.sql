/*---
name: line_point_found
zh: 明细知识点候选
says: one line with points on its item, and what of diagnoses, registrations and approvals fits them; few, kept before the wide relation is joined to them
key: [rule_id, bkkp_sn]
reads: [unit_line, judged_day, visit_diagnosis, chronic_registration, chronic_disease, prior_approval, point_line_point]
keep: true
---*/
WITH item AS (
  SELECT DISTINCT u.hilist_code, u.hilist_name
  FROM unit_line AS u LEFT SEMI JOIN judged_day AS j ON j.judged_day = u.judged_day
),
item_code AS (
  SELECT DISTINCT hilist_code FROM item
),
matched AS (
  SELECT p.rule_id, p.point_id, p.diag_prefix, p.begndate, p.enddate, i.hilist_code, CAST(NULL AS STRING) AS hilist_name
  FROM item_code AS i JOIN point_line_point AS p ON p.hilist_code = i.hilist_code
  UNION ALL
  SELECT p.rule_id, p.point_id, p.diag_prefix, p.begndate, p.enddate, i.hilist_code, i.hilist_name
  FROM item AS i JOIN point_line_point AS p ON contains_text(i.hilist_name, p.name_part)
  WHERE p.hilist_code IS NULL
  UNION ALL
  SELECT p.rule_id, p.point_id, p.diag_prefix, p.begndate, p.enddate, i.hilist_code, CAST(NULL AS STRING) AS hilist_name
  FROM item_code AS i JOIN point_line_point AS p ON starts_with_text(i.hilist_code, p.hilist_prefix)
  WHERE p.hilist_code IS NULL AND p.name_part IS NULL
),
candidate AS (
  SELECT m.rule_id, m.point_id, m.diag_prefix, u.bkkp_sn, u.psn_no, u.service_date, u.hilist_code, u.dise_no, d.diag_count,
         CASE WHEN contains_text(concat_text(' ', d.diagnoses), concat_text(' ', m.diag_prefix)) THEN TRUE ELSE FALSE END
           AS fits
  FROM unit_line AS u
  LEFT SEMI JOIN judged_day AS j ON j.judged_day = u.judged_day
  JOIN matched AS m ON m.hilist_code = u.hilist_code AND (m.hilist_name IS NULL OR m.hilist_name = u.hilist_name)
       AND u.service_date >= m.begndate AND u.service_date <= COALESCE(m.enddate, DATE '9999-12-30')
  LEFT JOIN visit_diagnosis AS d ON d.mdtrt_id = u.mdtrt_id
),
registered AS (
  SELECT c.rule_id, c.bkkp_sn, COUNT(*) AS registrations
  FROM candidate AS c
  JOIN chronic_registration AS r ON r.psn_no = c.psn_no AND c.service_date >= r.begndate
       AND c.service_date <= COALESCE(r.enddate, DATE '9999-12-30')
       AND (starts_with_text(c.diag_prefix, r.diag_prefix) OR starts_with_text(r.diag_prefix, c.diag_prefix))
  GROUP BY c.rule_id, c.bkkp_sn
),
-- A settlement under a registered disease shows the registration itself.
covered AS (
  SELECT c.rule_id, c.bkkp_sn,
         COUNT(CASE WHEN starts_with_text(c.diag_prefix, k.diag_prefix) OR starts_with_text(k.diag_prefix, c.diag_prefix)
                    THEN 1 END) AS registered_fitting
  FROM candidate AS c
  JOIN chronic_disease AS k ON starts_with_text(c.dise_no, k.dise_prefix) AND c.service_date >= k.begndate
       AND c.service_date <= COALESCE(k.enddate, DATE '9999-12-30')
  GROUP BY c.rule_id, c.bkkp_sn
),
approved AS (
  SELECT DISTINCT c.rule_id, c.bkkp_sn
  FROM candidate AS c
  JOIN prior_approval AS a ON a.psn_no = c.psn_no AND a.hilist_code = c.hilist_code
       AND c.service_date >= a.begndate AND c.service_date <= COALESCE(a.enddate, DATE '9999-12-30')
),
grouped AS (
  SELECT rule_id, bkkp_sn, MIN(point_id) AS any_point, MIN(CASE WHEN fits THEN point_id END) AS fitting_point,
         COUNT(CASE WHEN fits THEN 1 END) AS fitting, COUNT(*) AS points, MAX(diag_count) AS diag_count
  FROM candidate GROUP BY rule_id, bkkp_sn
)
SELECT g.rule_id, COALESCE(g.fitting_point, g.any_point) AS point_id, g.bkkp_sn, g.points,
       CASE WHEN g.diag_count > 0 THEN g.fitting + COALESCE(r.registrations, 0)
            WHEN r.registrations > 0 THEN r.registrations END AS fitting,
       v.registered_fitting, COALESCE(g.diag_count, 0) AS diag_count,
       CASE WHEN a.bkkp_sn IS NULL THEN FALSE ELSE TRUE END AS approved
FROM grouped AS g
LEFT JOIN registered AS r ON r.rule_id = g.rule_id AND r.bkkp_sn = g.bkkp_sn
LEFT JOIN covered AS v ON v.rule_id = g.rule_id AND v.bkkp_sn = g.bkkp_sn
LEFT JOIN approved AS a ON a.rule_id = g.rule_id AND a.bkkp_sn = g.bkkp_sn
