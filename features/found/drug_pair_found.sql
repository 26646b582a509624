/*---
name: drug_pair_found
zh: 药品对候选
says: one drug line that makes a listed pair or group with others; few, kept before the wide relation is joined to them
key: [rule_id, point_id, bkkp_sn]
reads: [unit_line, judged_day, point_drug_pair]
keep: true
---*/
WITH drug AS (
  SELECT u.bkkp_sn, u.psn_no, u.mdtrt_id, u.service_date, u.fee_ocur_time, u.hilist_code, u.hilist_name, u.rx_drord_no,
         u.bilg_dr_code, u.judged_day, part_of_text(u.hilist_code, 1, 14) AS drug_code, u.stage,
         CASE WHEN j.judged_day IS NULL THEN FALSE ELSE TRUE END AS judged
  FROM unit_line AS u
  LEFT JOIN judged_day AS j ON j.judged_day = u.judged_day
  WHERE u.stage <> 'pre' AND u.list_type IN ('101', '102', '103', '104', '106')
),
item AS (
  SELECT DISTINCT hilist_code, COALESCE(hilist_name, '') AS hilist_name FROM drug
),
member AS (
  SELECT p.rule_id, MIN(p.point_id) AS point_id, concat_text('pair:', p.point_id) AS pair_key, 'a' AS side, i.hilist_code, i.hilist_name,
         MIN(p.begndate) AS begndate, MAX(COALESCE(p.enddate, DATE '9999-12-30')) AS until
  FROM item AS i JOIN point_drug_pair AS p ON contains_text(i.hilist_name, p.name_part)
  WHERE p.group_no IS NULL GROUP BY p.rule_id, p.point_id, i.hilist_code, i.hilist_name
  UNION ALL
  SELECT p.rule_id, MIN(p.point_id) AS point_id, concat_text('pair:', p.point_id) AS pair_key, 'b' AS side, i.hilist_code, i.hilist_name,
         MIN(p.begndate) AS begndate, MAX(COALESCE(p.enddate, DATE '9999-12-30')) AS until
  FROM item AS i JOIN point_drug_pair AS p ON contains_text(i.hilist_name, p.other_part)
  WHERE p.group_no IS NULL GROUP BY p.rule_id, p.point_id, i.hilist_code, i.hilist_name
  UNION ALL
  SELECT p.rule_id, MIN(p.point_id) AS point_id, concat_text('group:', p.group_no) AS pair_key, 'g' AS side, i.hilist_code, i.hilist_name,
         MIN(p.begndate) AS begndate, MAX(COALESCE(p.enddate, DATE '9999-12-30')) AS until
  FROM item AS i JOIN point_drug_pair AS p ON starts_with_text(i.hilist_code, p.hilist_prefix)
  WHERE p.group_no IS NOT NULL GROUP BY p.rule_id, p.group_no, i.hilist_code, i.hilist_name
),
used AS (
  SELECT m.rule_id, m.point_id, m.pair_key, m.side, d.*
  FROM drug AS d JOIN member AS m ON m.hilist_code = d.hilist_code AND m.hilist_name = COALESCE(d.hilist_name, '')
       AND d.service_date >= m.begndate AND d.service_date <= m.until
),
pair AS (
  SELECT l.rule_id, smaller_of(l.point_id, e.point_id) AS point_id, l.bkkp_sn, e.bkkp_sn AS other_sn,
         e.hilist_name AS other_name, e.hilist_code AS other_code, l.drug_code, e.drug_code AS other_drug_code,
         CASE WHEN l.judged THEN l.judged_day ELSE e.judged_day END AS judged_day,
         CASE WHEN e.stage = 'in' THEN 1 ELSE 0 END AS other_open,
         CASE WHEN l.rx_drord_no = e.rx_drord_no THEN 1 ELSE 0 END AS same_rx,
         CASE WHEN l.bilg_dr_code = e.bilg_dr_code THEN 1 ELSE 0 END AS same_doctor
  FROM used AS l
  JOIN used AS e ON e.rule_id = l.rule_id AND e.pair_key = l.pair_key AND e.psn_no = l.psn_no AND e.mdtrt_id = l.mdtrt_id
       AND e.service_date = l.service_date AND e.bkkp_sn <> l.bkkp_sn
  WHERE (l.judged OR e.judged)
    AND ((l.side = 'g' AND e.drug_code <> l.drug_code) OR (l.side = 'a' AND e.side = 'b') OR (l.side = 'b' AND e.side = 'a'))
    AND (e.fee_ocur_time < l.fee_ocur_time OR (e.fee_ocur_time = l.fee_ocur_time AND e.bkkp_sn < l.bkkp_sn))
)
SELECT rule_id, point_id, bkkp_sn, MIN(judged_day) AS pair_day, sorted_texts(other_sn) AS other_sns,
       MIN(other_name) AS other_name, MIN(other_code) AS other_code, MAX(same_rx) AS same_rx, MAX(same_doctor) AS same_doctor,
       MAX(other_open) AS other_open
FROM pair GROUP BY rule_id, point_id, bkkp_sn
