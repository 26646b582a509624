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
),
whole AS (SELECT COUNT(DISTINCT day_of(prsc_time)) AS n_day FROM rx_d WHERE COALESCE(vali_flag, '1') <> '0'),
counted AS (
  SELECT prsc_dr_code AS dr_code, COUNT(*) AS n_prescription,
         rows_where(COALESCE(psn_no <> person_before AND seconds_between(time_before, prsc_time) < 60, FALSE))
           AS n_rapid_prescription
  FROM ordered GROUP BY prsc_dr_code
)
-- What chance gives a busy doctor: its prescriptions spread over the window's days of eight hours.
SELECT c.dr_code, c.n_prescription, c.n_rapid_prescription,
       round_to(times(c.n_prescription, 1 - exponential(0 - safe_ratio(safe_ratio(c.n_prescription, w.n_day), 480))), 6)
         AS n_chance_rapid
FROM counted AS c CROSS JOIN whole AS w
