/*---
name: disease_drug_line
zh: 病种用药明细
says: one drug line paid under a registered special disease that has a drug list, and whether the drug stands in it
key: [candidate_key, rule_id]
reads: [line, unit_line, judged_day, point_disease_drug_line]
keep: true
points: {dise_no: text dise_no}
---*/
WITH disease AS (
  SELECT rule_id, dise_no, MIN(point_id) AS point_id, MIN(begndate) AS begndate,
         MAX(COALESCE(enddate, DATE '9999-12-30')) AS until
  FROM point_disease_drug_line GROUP BY rule_id, dise_no
),
listed AS (
  SELECT DISTINCT d.rule_id, u.bkkp_sn
  FROM unit_line AS u
  JOIN point_disease_drug_line AS d ON d.dise_no = u.dise_no AND d.hilist_code = u.hilist_code
       AND u.service_date >= d.begndate AND u.service_date <= COALESCE(d.enddate, DATE '9999-12-30')
)
SELECT d.rule_id, d.point_id, l.*, CASE WHEN i.bkkp_sn IS NULL THEN FALSE ELSE TRUE END AS in_list
FROM line AS l
JOIN disease AS d ON d.dise_no = l.dise_no AND l.service_date >= d.begndate AND l.service_date <= d.until
LEFT JOIN listed AS i ON i.rule_id = d.rule_id AND i.bkkp_sn = l.candidate_key
WHERE starts_with_text(l.med_type, '14') AND l.list_type IN ('101', '102', '103', '104', '106')
