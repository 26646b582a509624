/*---
name: line_resource_found
zh: 明细资源候选
says: one line with points on what its item needs, and what of it there is; few, kept before the wide relation is joined to them
key: [rule_id, bkkp_sn]
reads: [unit_line, judged_day, medins_equip_b, medins_dr_right_b, point_line_resource]
keep: true
---*/
WITH item AS (
  SELECT u.hilist_code, MAX(u.hilist_name) AS hilist_name
  FROM unit_line AS u LEFT SEMI JOIN judged_day AS j ON j.judged_day = u.judged_day
  GROUP BY u.hilist_code
),
matched AS (
  SELECT p.rule_id, p.point_id, p.department_word, p.equip_type, p.begndate, p.enddate, i.hilist_code
  FROM item AS i JOIN point_line_resource AS p ON p.hilist_code = i.hilist_code
  UNION ALL
  SELECT p.rule_id, p.point_id, p.department_word, p.equip_type, p.begndate, p.enddate, i.hilist_code
  FROM item AS i JOIN point_line_resource AS p ON contains_text(i.hilist_name, p.name_part)
  WHERE p.hilist_code IS NULL
),
candidate AS (
  SELECT m.rule_id, m.point_id, u.bkkp_sn,
         CASE WHEN contains_text(u.bilg_dept_name, m.department_word) THEN 1 ELSE 0 END AS in_department,
         CASE WHEN e.equip_type IS NULL THEN 0 ELSE 1 END AS has_equipment
  FROM unit_line AS u
  LEFT SEMI JOIN judged_day AS j ON j.judged_day = u.judged_day
  JOIN matched AS m ON m.hilist_code = u.hilist_code
       AND u.service_date >= m.begndate AND u.service_date <= COALESCE(m.enddate, DATE '9999-12-30')
  LEFT JOIN medins_equip_b AS e ON e.fixmedins_code = u.fixmedins_code AND e.equip_type = m.equip_type
       AND u.service_date >= e.begndate AND u.service_date <= COALESCE(e.enddate, DATE '9999-12-30')
),
grouped AS (
  SELECT rule_id, bkkp_sn, MIN(point_id) AS point_id, MAX(in_department) AS departments_fitting,
         MAX(has_equipment) AS equipment_fitting
  FROM candidate GROUP BY rule_id, bkkp_sn
),
rights AS (
  SELECT g.bkkp_sn, MAX(r.right_lv) AS right_lv
  FROM (SELECT DISTINCT bkkp_sn FROM grouped) AS g
  JOIN unit_line AS u ON u.bkkp_sn = g.bkkp_sn
  JOIN medins_dr_right_b AS r ON r.prac_psn_code = u.bilg_dr_code AND r.right_type = 'antibiotic'
       AND u.service_date >= r.begndate AND u.service_date <= COALESCE(r.enddate, DATE '9999-12-30')
  GROUP BY g.bkkp_sn
)
SELECT g.rule_id, g.point_id, g.bkkp_sn, g.departments_fitting, g.equipment_fitting, r.right_lv
FROM grouped AS g
LEFT JOIN rights AS r ON r.bkkp_sn = g.bkkp_sn
