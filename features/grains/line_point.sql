/*---
name: line_point
zh: 明细知识点
says: one judged line and all points of a rule on its item (by code, name part or code prefix), with the visit's diagnoses
key: [candidate_key, rule_id]
reads: [line_point_found, line, rx_d]
keep: true
points:
  name_part: text name_part drug_name
  hilist_prefix: text hilist_prefix
  diag_prefix: text diag_prefix
---*/
WITH prescribed AS (
  SELECT r.hi_rxno, MAX(r.valid_end_time) AS valid_end_time FROM rx_d AS r
  WHERE COALESCE(r.vali_flag, '1') <> '0' GROUP BY r.hi_rxno
)
SELECT g.rule_id, g.point_id, l.*, g.points, g.fitting,
       -- Outside the wards dise_no is the registered disease: a code nobody maps leaves the question open.
       CASE WHEN l.dise_no IS NULL OR l.care_setting = 'inpatient' THEN COALESCE(g.registered_fitting, 0)
            ELSE g.registered_fitting END AS registered_fitting,
       g.diag_count, g.approved,
       CASE WHEN l.fee_ocur_time > x.valid_end_time THEN TRUE ELSE FALSE END AS prescription_expired,
       CASE WHEN g.diag_count > 0 THEN matches(concat_text(' ', l.diagnoses), ' (O[0-8]|Z3[345])') END AS pregnant,
       CASE WHEN g.diag_count > 0 THEN matches(concat_text(' ', l.diagnoses), ' (O9[12]|Z39)') END AS lactating
FROM line_point_found AS g
JOIN line AS l ON l.candidate_key = g.bkkp_sn
LEFT JOIN prescribed AS x ON x.hi_rxno = l.rx_drord_no
