/*---
name: bundle_day
zh: 组合项目日
says: one bundle of which components were charged one by one to one person on one day; anchored on the latest component
key: [candidate_key, rule_id, point_id]
reads: [unit_line, judged_day, facility, point_bundle_day]
keep: true
points: {main_code: text main_code, components_min: whole components_min}
---*/
WITH mine AS (
  SELECT p.rule_id, p.main_code, p.point_id, p.components_min, u.*,
         CASE WHEN j.judged_day IS NULL THEN FALSE ELSE TRUE END AS judged
  FROM unit_line AS u
  JOIN point_bundle_day AS p ON p.hilist_code = u.hilist_code
       AND u.service_date >= p.begndate AND u.service_date <= COALESCE(p.enddate, DATE '9999-12-30')
  LEFT JOIN judged_day AS j ON j.judged_day = u.judged_day
  WHERE u.stage <> 'pre' AND u.inscp_amt > 0
),
ranked AS (
  SELECT m.*, ROW_NUMBER() OVER (PARTITION BY rule_id, main_code, patient, fixmedins_code, service_date
                                 ORDER BY fee_ocur_time DESC, bkkp_sn DESC) AS nth
  FROM mine AS m
),
total AS (
  SELECT rule_id, main_code, patient, fixmedins_code, service_date, MIN(point_id) AS point_id,
         COUNT(DISTINCT hilist_code) AS components, MIN(components_min) AS components_min, SUM(inscp_amt) AS bundle_inscp_amt,
         MAX(CASE WHEN judged THEN judged_day END) AS judged_day,
         sorted_texts(CASE WHEN nth > 1 THEN bkkp_sn END) AS related_sn
  FROM ranked GROUP BY rule_id, main_code, patient, fixmedins_code, service_date
)
SELECT t.rule_id, t.point_id, concat_text(t.patient, '/', t.fixmedins_code, '/', t.main_code, '/', t.service_date) AS candidate_key,
       r.stage, t.judged_day, COALESCE(f.party_type, 'institution') AS provider_type, t.fixmedins_code, r.psn_no,
       r.bilg_dr_code AS dr_code, r.mdtrt_id, r.setl_id, r.bkkp_sn, t.related_sn, r.setl_date, t.service_date, r.amt_basis,
       r.setl_fund_amt, r.setl_inscp_amt, r.med_type, r.hilist_code, r.hilist_name, r.inscp_amt, t.bundle_inscp_amt, t.components, t.components_min,
       t.main_code
FROM total AS t
JOIN ranked AS r ON r.rule_id = t.rule_id AND r.main_code = t.main_code AND r.patient = t.patient
     AND r.fixmedins_code = t.fixmedins_code AND r.service_date = t.service_date AND r.nth = 1
LEFT JOIN facility AS f ON f.fixmedins_code = t.fixmedins_code
WHERE t.judged_day IS NOT NULL
