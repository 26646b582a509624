/*---
name: prescription_piece_found
zh: 处方饮片候选
says: one decoction-piece line with a point, and how many kinds its prescription holds; few, kept before the wide relation is joined to them
key: [rule_id, bkkp_sn]
reads: [unit_line, judged_day, point_prescription_piece]
keep: true
---*/
WITH piece AS (
  SELECT u.bkkp_sn, u.hilist_code, u.service_date, u.judged_day,
         CASE WHEN u.rx_drord_no IS NULL THEN concat_text(u.mdtrt_id, '/', u.service_date)
              ELSE concat_text(u.psn_no, '/', u.rx_drord_no) END AS prescription
  FROM unit_line AS u
  WHERE u.stage <> 'pre' AND (u.list_type = '102' OR (u.list_type IS NULL AND starts_with_text(u.hilist_code, 'T')))
),
listed AS (
  SELECT p.rule_id, MIN(p.point_id) AS point_id, c.bkkp_sn, c.hilist_code, c.prescription
  FROM piece AS c
  JOIN point_prescription_piece AS p ON p.hilist_code = c.hilist_code AND c.service_date >= p.begndate
       AND c.service_date <= COALESCE(p.enddate, DATE '9999-12-30')
  GROUP BY p.rule_id, c.bkkp_sn, c.hilist_code, c.prescription
),
whole AS (
  SELECT prescription, COUNT(DISTINCT hilist_code) AS piece_kinds FROM piece GROUP BY prescription
),
own AS (
  SELECT rule_id, prescription, COUNT(DISTINCT hilist_code) AS listed_kinds FROM listed GROUP BY rule_id, prescription
)
SELECT g.rule_id, g.point_id, g.bkkp_sn, g.prescription, w.piece_kinds, o.listed_kinds
FROM listed AS g
JOIN whole AS w ON w.prescription = g.prescription
JOIN own AS o ON o.rule_id = g.rule_id AND o.prescription = g.prescription
