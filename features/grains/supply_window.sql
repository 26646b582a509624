/*---
name: supply_window
zh: 用药供应窗
says: one person's supply of one drug (same generic and form) over the days before a judged line; anchored on that latest line
key: [candidate_key]
reads: [unit_line, judged_day, facility]
keep: true
---*/
WITH drug AS (
  SELECT u.*, part_of_text(u.hilist_code, 1, 14) AS drug_code
  FROM unit_line AS u
  WHERE u.list_type IN ('101', '104') AND u.stage <> 'pre'
    AND NOT starts_with_text(u.med_type, '2') AND u.med_type <> '52'
),
anchor AS (
  SELECT d.patient, d.drug_code, MAX(d.service_date) AS last_date
  FROM drug AS d LEFT SEMI JOIN judged_day AS j ON j.judged_day = d.judged_day
  GROUP BY d.patient, d.drug_code
),
mine AS (
  SELECT d.*, a.last_date,
         ROW_NUMBER() OVER (PARTITION BY d.patient, d.drug_code ORDER BY d.fee_ocur_time DESC, d.bkkp_sn DESC) AS nth
  FROM drug AS d
  JOIN anchor AS a ON a.patient = d.patient AND a.drug_code = d.drug_code
  WHERE d.service_date <= a.last_date AND d.service_date > add_days(a.last_date, -90)
),
total AS (
  SELECT patient, drug_code, MIN(last_date) AS last_date, MIN(service_date) AS first_date,
         SUM(prd_days) AS supply_days, SUM(inscp_amt) AS window_inscp_amt, SUM(cnt) AS cnt, COUNT(*) AS line_count,
         COUNT(CASE WHEN prd_days IS NULL THEN 1 END) AS lines_without_days,
         SUM(CASE WHEN nth = 1 THEN prd_days END) AS last_days,
         COUNT(DISTINCT fixmedins_code) AS institution_count, COUNT(DISTINCT bilg_dr_code) AS doctor_count,
         sorted_texts(CASE WHEN nth > 1 THEN bkkp_sn END) AS related_sn
  FROM mine GROUP BY patient, drug_code
)
SELECT concat_text(t.patient, '/', t.drug_code, '/', r.bkkp_sn) AS candidate_key, r.stage, r.judged_day,
       COALESCE(f.party_type, 'institution') AS provider_type, r.fixmedins_code, r.psn_no, r.bilg_dr_code AS dr_code,
       r.mdtrt_id, r.setl_id, r.bkkp_sn, t.related_sn, r.setl_date, r.service_date, r.amt_basis, r.setl_fund_amt,
       r.setl_inscp_amt, r.med_type, r.hilist_code, r.hilist_name, r.inscp_amt, t.drug_code, t.cnt, t.line_count,
       t.window_inscp_amt, t.supply_days, t.last_days, t.institution_count, t.doctor_count, t.lines_without_days,
       days_between(t.first_date, t.last_date) AS elapsed_days,
       t.supply_days - t.last_days - days_between(t.first_date, t.last_date) AS days_in_hand
FROM total AS t
JOIN mine AS r ON r.patient = t.patient AND r.drug_code = t.drug_code AND r.nth = 1
LEFT JOIN facility AS f ON f.fixmedins_code = r.fixmedins_code
