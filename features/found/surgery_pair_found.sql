/*---
name: surgery_pair_found
zh: 同组手术候选
says: one operation line of a discount group beside a dearer one; few, kept before the wide relation is joined to them
key: [rule_id, bkkp_sn]
reads: [unit_line, judged_day, point_surgery_pair]
keep: true
---*/
WITH mine AS (
  SELECT p.rule_id, p.point_id, p.surgery_group, u.*, CASE WHEN j.judged_day IS NULL THEN FALSE ELSE TRUE END AS judged
  FROM unit_line AS u
  JOIN point_surgery_pair AS p ON p.hilist_code = u.hilist_code
       AND u.service_date >= p.begndate AND u.service_date <= COALESCE(p.enddate, DATE '9999-12-30')
  LEFT JOIN judged_day AS j ON j.judged_day = u.judged_day
  WHERE u.stage <> 'pre'
)
SELECT c.rule_id, MIN(c.point_id) AS point_id, c.bkkp_sn, sorted_texts(m.bkkp_sn) AS related_sn, MAX(m.pric) AS main_pric,
       MIN(m.hilist_name) AS main_name, MIN(c.surgery_group) AS surgery_group,
       MAX(CASE WHEN c.judged THEN c.judged_day ELSE m.judged_day END) AS judged_day
FROM mine AS c
JOIN mine AS m ON m.rule_id = c.rule_id AND m.surgery_group = c.surgery_group AND m.psn_no = c.psn_no
     AND m.mdtrt_id = c.mdtrt_id AND m.service_date = c.service_date AND m.hilist_code <> c.hilist_code
WHERE (c.judged OR m.judged) AND (m.pric > c.pric OR (m.pric = c.pric AND m.bkkp_sn < c.bkkp_sn))
GROUP BY c.rule_id, c.bkkp_sn
