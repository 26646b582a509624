/*---
name: hub_stay_elsewhere
zh: 住院期间他处就诊
says: one settled stay of three days to three weeks, not paid by the day; hit where the person was treated at another institution on a day inside it (T02)
key: [setl_id]
reads: [stay, visit_settlement, fixmedins_b]
---*/
-- Medicine may be fetched by the family: a pharmacy says nothing about where the patient was. A month on a ward that is
-- paid by the day (psychiatry, rehabilitation) has room for a consultation elsewhere.
SELECT s.fixmedins_code AS hub_key, s.fixmedins_code, s.psn_no, s.setl_id, s.setl_date AS event_date, s.fund_pay_sumamt,
       CASE WHEN e.mdtrt_id IS NULL THEN FALSE ELSE TRUE END AS hit,
       CAST(NULL AS STRING) AS other, CAST(NULL AS STRING) AS tag
FROM stay AS s
LEFT JOIN (
  SELECT DISTINCT t.mdtrt_id
  FROM stay AS t
  JOIN visit_settlement AS v ON v.psn_no = t.psn_no AND v.fixmedins_code <> t.fixmedins_code
   AND v.visit_date > t.begndate AND v.visit_date < t.enddate
  WHERE NOT v.inpatient AND v.med_type <> '41' AND t.enddate IS NOT NULL
) AS e ON e.mdtrt_id = s.mdtrt_id
WHERE s.setl_id IS NOT NULL AND s.amt_basis <> 'by_bed_day' AND days_between(s.begndate, s.enddate) BETWEEN 3 AND 21
