/*---
name: doctor_hour
zh: 医师时段
says: one hour of one day in which one doctor's code stands on charges of one institution (pharmacies and lines without a time apart)
key: [dr_code, fixmedins_code, work_date, work_hour]
reads: [fee_list_d]
keep: true
---*/
-- A code on five institutions or more is a default or a shared login, nobody's signature.
WITH line AS (
  SELECT bilg_dr_code AS dr_code, fixmedins_code, fee_ocur_time
  FROM fee_list_d
  WHERE bilg_dr_code IS NOT NULL AND med_type <> '41' AND COALESCE(vali_flag, '1') <> '0' AND cnt > 0
),
doctor AS (
  SELECT dr_code FROM line GROUP BY dr_code HAVING COUNT(DISTINCT fixmedins_code) BETWEEN 2 AND 4
)
SELECT DISTINCT l.dr_code, l.fixmedins_code, day_of(l.fee_ocur_time) AS work_date, hour_of(l.fee_ocur_time) AS work_hour
FROM line AS l
LEFT SEMI JOIN doctor AS d ON d.dr_code = l.dr_code
WHERE l.fee_ocur_time > as_time(day_of(l.fee_ocur_time))
