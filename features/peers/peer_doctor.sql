/*---
name: peer_doctor
zh: 医师同类比较
says: one registered doctor in the window - days worked, persons, money, days over capacity, days at two places; codes that are not in the register are buckets, not doctors
key: [party_id]
reads: [charge_day, medins_dr_b, fixmedins_b, doctor_prescription]
---*/
WITH register AS (
  SELECT prac_psn_code, MAX(caty) AS caty, MAX(pro_tech_duty) AS pro_tech_duty, MIN(fixmedins_code) AS fixmedins_code
  FROM medins_dr_b GROUP BY prac_psn_code
),
by_day AS (
  SELECT dr_code, service_date, SUM(n_person) AS n_person, SUM(n_line) AS n_line, SUM(fee_amt) AS fee_amt,
         SUM(inscp_amt) AS inscp_amt, SUM(exam_amt) AS exam_amt, SUM(therapy_amt) AS therapy_amt,
         SUM(drug_amt) AS drug_amt, SUM(minutes) AS minutes, COUNT(DISTINCT fixmedins_code) AS n_place
  FROM charge_day WHERE dr_code <> '' GROUP BY dr_code, service_date
),
by_doctor AS (
  SELECT dr_code, COUNT(*) AS n_day, SUM(n_person) AS n_person_day, SUM(n_line) AS n_line, SUM(fee_amt) AS fee_amt,
         SUM(inscp_amt) AS fund_amt, SUM(exam_amt) AS exam_amt, SUM(therapy_amt) AS therapy_amt,
         SUM(drug_amt) AS drug_amt, SUM(minutes) AS minutes, rows_where(minutes > 1440) AS n_over_day,
         rows_where(minutes > 720) AS n_long_day,
         MAX(minutes) AS most_minutes, rows_where(n_place > 1) AS n_two_places
  FROM by_day GROUP BY dr_code
)
SELECT 'doctor' AS party_type, d.dr_code AS party_id,
       concat_text('医师|', r.caty, '|', r.pro_tech_duty, '|', f.hosp_lv) AS group_1,
       concat_text('医师|', r.caty, '|', f.hosp_lv) AS group_2,
       concat_text('医师|', r.caty) AS group_3,
       '医师' AS group_4,
       d.n_day, d.n_person_day, d.n_line, d.fee_amt, d.fund_amt, d.exam_amt, d.therapy_amt, d.drug_amt, d.minutes,
       d.n_over_day, d.n_long_day, d.most_minutes, d.n_two_places, x.n_prescription, x.n_rapid_prescription, x.n_chance_rapid
FROM by_doctor AS d
INNER JOIN register AS r ON r.prac_psn_code = d.dr_code
LEFT JOIN fixmedins_b AS f ON f.fixmedins_code = r.fixmedins_code
LEFT JOIN doctor_prescription AS x ON x.dr_code = d.dr_code
