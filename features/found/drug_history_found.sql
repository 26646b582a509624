/*---
name: drug_history_found
zh: 用药史候选
says: one drug line with a point and how often the person used that drug, or its class, in the year before; few, kept before the wide relation is joined to them
key: [rule_id, bkkp_sn]
reads: [unit_line, judged_day, point_drug_history]
keep: true
---*/
WITH listed AS (
  SELECT p.rule_id, MIN(p.point_id) AS point_id, u.bkkp_sn, u.patient, u.service_date, u.hilist_code
  FROM unit_line AS u
  LEFT SEMI JOIN judged_day AS j ON j.judged_day = u.judged_day
  JOIN point_drug_history AS p ON p.hilist_code = u.hilist_code
       AND u.service_date >= p.begndate AND u.service_date <= COALESCE(p.enddate, DATE '9999-12-30')
  GROUP BY p.rule_id, u.bkkp_sn, u.patient, u.service_date, u.hilist_code
),
before AS (
  SELECT l.rule_id, l.bkkp_sn,
         COUNT(CASE WHEN part_of_text(u.hilist_code, 1, 10) = part_of_text(l.hilist_code, 1, 10) THEN 1 END) AS same_drug_lines,
         COUNT(CASE WHEN part_of_text(u.hilist_code, 1, 4) = part_of_text(l.hilist_code, 1, 4)
                     AND part_of_text(u.hilist_code, 1, 10) <> part_of_text(l.hilist_code, 1, 10) THEN 1 END) AS class_lines
  FROM listed AS l
  JOIN unit_line AS u ON u.patient = l.patient AND u.bkkp_sn <> l.bkkp_sn AND u.service_date < l.service_date
       AND u.service_date >= add_days(l.service_date, -365) AND u.list_type IN ('101', '104')
  GROUP BY l.rule_id, l.bkkp_sn
)
SELECT g.rule_id, g.point_id, g.bkkp_sn, COALESCE(b.same_drug_lines, 0) AS same_drug_lines,
       COALESCE(b.class_lines, 0) AS class_lines
FROM listed AS g
LEFT JOIN before AS b ON b.rule_id = g.rule_id AND b.bkkp_sn = g.bkkp_sn
