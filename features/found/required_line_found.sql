/*---
name: required_line_found
zh: 须伴项目候选
says: one line whose item needs another, and how often that one stands beside it; few, kept before the wide relation is joined to them
key: [rule_id, bkkp_sn]
reads: [unit_line, judged_day, point_required_line]
keep: true
---*/
WITH listed AS (
  SELECT p.rule_id, p.point_id, p.service_code, p.service_part, p.required_window, u.bkkp_sn, u.mdtrt_id, u.psn_no, u.service_date
  FROM unit_line AS u
  LEFT SEMI JOIN judged_day AS j ON j.judged_day = u.judged_day
  JOIN point_required_line AS p ON p.hilist_code = u.hilist_code
       AND u.service_date >= p.begndate AND u.service_date <= COALESCE(p.enddate, DATE '9999-12-30')
),
found AS (
  SELECT l.rule_id, l.bkkp_sn, COUNT(DISTINCT u.bkkp_sn) AS found
  FROM listed AS l
  JOIN unit_line AS u ON u.psn_no = l.psn_no AND u.mdtrt_id = l.mdtrt_id AND u.bkkp_sn <> l.bkkp_sn
       AND (u.hilist_code = l.service_code
            -- A stent's own name holds "stent" too: only services answer to a part of a name.
            OR (starts_with_text(u.list_type, '2') AND contains_text(u.hilist_name, l.service_part)))
       AND (l.required_window = 'stay' OR u.service_date = l.service_date)
  GROUP BY l.rule_id, l.bkkp_sn
),
grouped AS (
  SELECT rule_id, bkkp_sn, MIN(point_id) AS point_id FROM listed GROUP BY rule_id, bkkp_sn
)
SELECT g.rule_id, g.point_id, g.bkkp_sn, COALESCE(f.found, 0) AS found
FROM grouped AS g
LEFT JOIN found AS f ON f.rule_id = g.rule_id AND f.bkkp_sn = g.bkkp_sn
