/*---
name: doctor_prescription
zh: 医师开方节奏
says: one doctor - electronic prescriptions, and those within a minute of the doctor's last one for another person
key: [dr_code]
reads: [rx_d]
---*/
WITH ordered AS (
  SELECT prsc_dr_code, psn_no, prsc_time,
         LAG(prsc_time) OVER (PARTITION BY prsc_dr_code ORDER BY prsc_time, hi_rxno) AS time_before,
         LAG(psn_no) OVER (PARTITION BY prsc_dr_code ORDER BY prsc_time, hi_rxno) AS person_before
  FROM rx_d WHERE COALESCE(vali_flag, '1') <> '0'
)
SELECT prsc_dr_code AS dr_code, COUNT(*) AS n_prescription,
       rows_where(COALESCE(psn_no <> person_before AND seconds_between(time_before, prsc_time) < 60, FALSE)) AS n_rapid_prescription,
       -- What chance gives a busy doctor: the day's prescriptions spread over eight hours (see institution_pattern).
       round_to(times(COUNT(*), 1 - exponential(0 - safe_ratio(safe_ratio(COUNT(*), COUNT(DISTINCT day_of(prsc_time))), 480))), 6)
         AS n_chance_rapid
FROM ordered GROUP BY prsc_dr_code
