/*---
name: visit_in_stay
zh: 住院期间门诊
says: one outpatient or pharmacy settlement whose service lies strictly inside the same person's hospital stay; anchored on its latest line
key: [candidate_key]
reads: [unit_line, stay, stay_anchor, judged_day, facility]
keep: true
---*/
WITH visit AS (
  SELECT setl_id, mdtrt_id, psn_no, fixmedins_code, med_type, bilg_dr_code, bkkp_sn, service_date, setl_date, amt_basis,
         setl_fund_amt, setl_inscp_amt, judged_day, insutype, dscg_tkdrug_flag, rx_circ_flag,
         ROW_NUMBER() OVER (PARTITION BY setl_id ORDER BY fee_ocur_time DESC, bkkp_sn DESC) AS nth
  FROM unit_line
  WHERE stage = 'post' AND NOT starts_with_text(med_type, '2') AND med_type <> '52'
),
within AS (
  SELECT v.*, s.mdtrt_id AS stay_mdtrt_id, s.fixmedins_code AS stay_fixmedins_code, s.begndate, s.enddate,
         s.settled AS stay_settled, s.patient, a.judged_day AS stay_judged_day
  FROM visit AS v
  JOIN stay AS s ON s.psn_no = v.psn_no AND s.mdtrt_id <> v.mdtrt_id
       AND v.service_date > s.begndate AND (s.enddate IS NULL OR v.service_date < s.enddate)
  JOIN stay_anchor AS a ON a.mdtrt_id = s.mdtrt_id
  WHERE v.nth = 1
)
SELECT concat_text(w.setl_id, '/', w.stay_mdtrt_id) AS candidate_key, w.fixmedins_code AS visit_fixmedins_code,
       'post' AS stage, CASE WHEN j.judged_day IS NOT NULL THEN w.judged_day ELSE w.stay_judged_day END AS judged_day,
       COALESCE(f.party_type, 'institution') AS provider_type, w.stay_fixmedins_code AS fixmedins_code, w.psn_no,
       w.bilg_dr_code AS dr_code, w.mdtrt_id, w.setl_id, w.bkkp_sn, no_texts() AS related_sn, w.setl_date, w.service_date,
       w.amt_basis, w.setl_fund_amt, w.setl_inscp_amt, w.med_type, w.setl_inscp_amt AS inscp_amt,
       w.stay_mdtrt_id, w.begndate, w.enddate,
       days_between(w.begndate, w.service_date) AS days_in,
       CASE WHEN w.fixmedins_code = w.stay_fixmedins_code THEN TRUE ELSE FALSE END AS same_institution,
       CASE WHEN w.med_type = '41' THEN TRUE ELSE FALSE END AS at_pharmacy,
       CASE WHEN starts_with_text(w.med_type, '14') THEN TRUE ELSE FALSE END AS chronic_visit,
       CASE WHEN w.patient <> w.psn_no THEN TRUE ELSE FALSE END AS newborn
FROM within AS w
LEFT JOIN judged_day AS j ON j.judged_day = w.judged_day
LEFT JOIN judged_day AS k ON k.judged_day = w.stay_judged_day
LEFT JOIN facility AS f ON f.fixmedins_code = w.stay_fixmedins_code
WHERE j.judged_day IS NOT NULL OR k.judged_day IS NOT NULL
