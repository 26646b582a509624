/*---
name: line_resource
zh: 明细资源
says: one judged line and what its item needs - a department, registered equipment, a prescriber's right - and what there is
key: [candidate_key, rule_id]
reads: [line_resource_found, line, medins_equip_b]
keep: true
points:
  department_word: text department_word
  equip_type: text equip_type
  name_part: text name_part
---*/
WITH registered AS (
  SELECT fixmedins_code, COUNT(*) AS equip_rows FROM medins_equip_b GROUP BY fixmedins_code
)
SELECT g.rule_id, g.point_id, l.*,
       CASE WHEN l.bilg_dept_name IS NOT NULL THEN g.departments_fitting END AS departments_fitting,
       CASE WHEN e.equip_rows > 0 THEN g.equipment_fitting END AS equipment_fitting, g.right_lv
FROM line_resource_found AS g
JOIN line AS l ON l.candidate_key = g.bkkp_sn
LEFT JOIN registered AS e ON e.fixmedins_code = l.fixmedins_code
