/*---
name: person_item
zh: 人项目窗
says: one item (a drug by generic and form) the fund paid for one person up to a judged line, over its stay, course, cycle and year; anchored on the latest line
key: [candidate_key, rule_id, point_id]
reads: [unit_line, judged_day, facility, visit_diagnosis, setl_list_oprn_d, point_person_item]
keep: true
# A course of a year with gaps of up to 90 days, and the calendar year before a year's end.
far: {days: 800, points: whole}
points:
  period_days: whole period_days
  count_mode: text count_mode
---*/
WITH dated AS (
  -- A span begins with the first use, also with one before the point was in force: that line is seen, not judged.
  SELECT p.*, CASE WHEN p.count_mode = 'span_from_first' THEN DATE '1900-01-01' ELSE p.begndate END AS seen_from
  FROM point_person_item AS p
),
mine AS (
  SELECT p.rule_id, p.point_id, COALESCE(p.period_days, 0) AS period_days, p.count_mode, u.*,
         CASE WHEN starts_with_text(u.hilist_code, 'X') OR starts_with_text(u.hilist_code, 'Z')
              THEN part_of_text(u.hilist_code, 1, 14) ELSE u.hilist_code END AS item,
         CASE WHEN j.judged_day IS NULL OR u.service_date < p.begndate THEN FALSE ELSE TRUE END AS judged,
         -- An acute event that brings somebody to hospital: haemorrhage, infarction, head injury, sudden loss of hearing or sight.
         CASE WHEN starts_with_text(u.med_type, '2') AND matches(d.main_code, '^(I2[12]|I6[0-4]|S06|H91.2|H34)')
              THEN TRUE ELSE FALSE END AS acute
  FROM unit_line AS u
  JOIN dated AS p ON p.hilist_code = u.hilist_code
       AND u.service_date >= p.seen_from AND u.service_date <= COALESCE(p.enddate, DATE '9999-12-30')
  LEFT JOIN judged_day AS j ON j.judged_day = u.judged_day
  LEFT JOIN visit_diagnosis AS d ON d.mdtrt_id = u.mdtrt_id
  WHERE u.stage <> 'pre' AND u.inscp_amt > 0
),
stepped AS (
  SELECT m.*,
         LAG(service_date) OVER (PARTITION BY rule_id, patient, item ORDER BY fee_ocur_time, bkkp_sn) AS before_date,
         LAG(mdtrt_id) OVER (PARTITION BY rule_id, patient, item ORDER BY fee_ocur_time, bkkp_sn) AS before_visit,
         LAG(service_date) OVER (PARTITION BY rule_id, patient, item, fixmedins_code ORDER BY fee_ocur_time, bkkp_sn)
           AS before_here,
         ROW_NUMBER() OVER (PARTITION BY rule_id, patient, item, mdtrt_id, service_date ORDER BY fee_ocur_time, bkkp_sn) AS nth_stay_day,
         ROW_NUMBER() OVER (PARTITION BY rule_id, patient, item, service_date ORDER BY fee_ocur_time, bkkp_sn) AS nth_day
  FROM mine AS m
),
chained AS (
  SELECT s.*,
         SUM(CASE WHEN before_date IS NULL THEN 1
                  WHEN count_mode = 'span_from_first' THEN 0
                  WHEN days_between(before_date, service_date) > 90 THEN 1
                  WHEN acute AND mdtrt_id <> before_visit AND days_between(before_date, service_date) >= 28 THEN 1
                  ELSE 0 END)
           OVER (PARTITION BY rule_id, patient, item ORDER BY fee_ocur_time, bkkp_sn ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
           AS course_no,
         SUM(CASE WHEN before_here IS NULL OR (period_days > 0 AND days_between(before_here, service_date) >= period_days) THEN 1 ELSE 0 END)
           OVER (PARTITION BY rule_id, patient, item, fixmedins_code ORDER BY fee_ocur_time, bkkp_sn
                 ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS cycle_no
  FROM stepped AS s
),
running AS (
  SELECT c.*,
         SUM(CASE WHEN nth_day = 1 THEN 1 ELSE 0 END) OVER (PARTITION BY rule_id, patient, item, course_no
           ORDER BY fee_ocur_time, bkkp_sn ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS course_days,
         MIN(service_date) OVER (PARTITION BY rule_id, patient, item, course_no
           ORDER BY fee_ocur_time, bkkp_sn ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS course_from,
         SUM(inscp_amt) OVER (PARTITION BY rule_id, patient, item, course_no
           ORDER BY fee_ocur_time, bkkp_sn ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS course_inscp_amt,
         SUM(CASE WHEN nth_stay_day = 1 THEN 1 ELSE 0 END) OVER (PARTITION BY rule_id, patient, item, mdtrt_id
           ORDER BY fee_ocur_time, bkkp_sn ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS stay_days,
         SUM(cnt) OVER (PARTITION BY rule_id, patient, item, mdtrt_id
           ORDER BY fee_ocur_time, bkkp_sn ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS stay_cnt,
         SUM(inscp_amt) OVER (PARTITION BY rule_id, patient, item, mdtrt_id
           ORDER BY fee_ocur_time, bkkp_sn ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS stay_inscp_amt,
         SUM(inscp_amt) OVER (PARTITION BY rule_id, patient, item, year_of(service_date)
           ORDER BY fee_ocur_time, bkkp_sn ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS year_inscp_amt,
         SUM(cnt) OVER (PARTITION BY rule_id, patient, item, fixmedins_code, cycle_no
           ORDER BY fee_ocur_time, bkkp_sn ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS cycle_cnt,
         MIN(service_date) OVER (PARTITION BY rule_id, patient, item, fixmedins_code, cycle_no
           ORDER BY fee_ocur_time, bkkp_sn ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS cycle_from,
         SUM(inscp_amt) OVER (PARTITION BY rule_id, patient, item, fixmedins_code, cycle_no
           ORDER BY fee_ocur_time, bkkp_sn ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS cycle_inscp_amt,
         -- What this visit brings in this unit: the lines before it were told by earlier days, with their own amount.
         SUM(CASE WHEN nth_day = 1 THEN 1 ELSE 0 END) OVER (PARTITION BY rule_id, patient, item, course_no, mdtrt_id, judged_day
           ORDER BY fee_ocur_time, bkkp_sn ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS own_course_days,
         SUM(inscp_amt) OVER (PARTITION BY rule_id, patient, item, course_no, mdtrt_id, judged_day
           ORDER BY fee_ocur_time, bkkp_sn ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS own_course_inscp_amt,
         SUM(CASE WHEN nth_stay_day = 1 THEN 1 ELSE 0 END) OVER (PARTITION BY rule_id, patient, item, mdtrt_id, judged_day
           ORDER BY fee_ocur_time, bkkp_sn ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS own_stay_days,
         SUM(cnt) OVER (PARTITION BY rule_id, patient, item, mdtrt_id, judged_day
           ORDER BY fee_ocur_time, bkkp_sn ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS own_stay_cnt,
         SUM(inscp_amt) OVER (PARTITION BY rule_id, patient, item, mdtrt_id, judged_day
           ORDER BY fee_ocur_time, bkkp_sn ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS own_stay_inscp_amt,
         SUM(inscp_amt) OVER (PARTITION BY rule_id, patient, item, year_of(service_date), mdtrt_id, judged_day
           ORDER BY fee_ocur_time, bkkp_sn ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS own_year_inscp_amt,
         SUM(cnt) OVER (PARTITION BY rule_id, patient, item, fixmedins_code, cycle_no, mdtrt_id, judged_day
           ORDER BY fee_ocur_time, bkkp_sn ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS own_cycle_cnt,
         SUM(inscp_amt) OVER (PARTITION BY rule_id, patient, item, fixmedins_code, cycle_no, mdtrt_id, judged_day
           ORDER BY fee_ocur_time, bkkp_sn ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS own_cycle_inscp_amt,
         MIN(before_here) OVER (PARTITION BY rule_id, patient, item, fixmedins_code, cycle_no, mdtrt_id, judged_day
           ORDER BY fee_ocur_time, bkkp_sn ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS cycle_before,
         ROW_NUMBER() OVER (PARTITION BY rule_id, patient, item, mdtrt_id, cycle_no, judged_day
           ORDER BY fee_ocur_time DESC, bkkp_sn DESC) AS nth_last
  FROM chained AS c
),
anchor AS (
  SELECT * FROM running WHERE judged AND nth_last = 1
),
related AS (
  SELECT a.rule_id, a.bkkp_sn, sorted_texts(m.bkkp_sn) AS related_sn
  FROM anchor AS a
  JOIN running AS m ON m.rule_id = a.rule_id AND m.patient = a.patient AND m.item = a.item AND m.bkkp_sn <> a.bkkp_sn
       AND ((a.period_days > 0 AND m.fixmedins_code = a.fixmedins_code AND m.cycle_no = a.cycle_no)
         OR (a.period_days = 0 AND a.count_mode = 'per_stay_days' AND m.mdtrt_id = a.mdtrt_id)
         OR (a.period_days = 0 AND COALESCE(a.count_mode, '') <> 'per_stay_days' AND m.course_no = a.course_no))
       AND (m.fee_ocur_time < a.fee_ocur_time OR (m.fee_ocur_time = a.fee_ocur_time AND m.bkkp_sn < a.bkkp_sn))
  GROUP BY a.rule_id, a.bkkp_sn
),
operated AS (
  SELECT mdtrt_id, COUNT(*) AS operations FROM setl_list_oprn_d WHERE COALESCE(vali_flag, '1') <> '0' GROUP BY mdtrt_id
)
SELECT a.rule_id, a.point_id, concat_text(a.psn_no, '/', a.item, '/', a.bkkp_sn) AS candidate_key, a.stage, a.judged_day,
       COALESCE(f.party_type, 'institution') AS provider_type, a.fixmedins_code, a.psn_no, a.bilg_dr_code AS dr_code,
       a.mdtrt_id, a.setl_id, a.bkkp_sn, COALESCE(r.related_sn, no_texts()) AS related_sn, a.setl_date, a.service_date, a.amt_basis,
       a.setl_fund_amt, a.setl_inscp_amt, a.med_type, a.hilist_code, a.hilist_name, a.cnt, a.inscp_amt, a.dise_no, a.service_item,
       a.course_days, a.course_from, a.course_inscp_amt, days_between(a.course_from, a.service_date) AS course_span,
       a.stay_days, a.stay_cnt, a.stay_inscp_amt, a.year_inscp_amt,
       a.course_days - a.own_course_days AS course_days_before,
       a.course_inscp_amt - a.own_course_inscp_amt AS course_inscp_before,
       a.stay_days - a.own_stay_days AS stay_days_before, a.stay_cnt - a.own_stay_cnt AS stay_cnt_before,
       a.stay_inscp_amt - a.own_stay_inscp_amt AS stay_inscp_before,
       a.year_inscp_amt - a.own_year_inscp_amt AS year_inscp_before,
       a.cycle_cnt - a.own_cycle_cnt AS cycle_cnt_before, a.cycle_inscp_amt - a.own_cycle_inscp_amt AS cycle_inscp_before,
       CASE WHEN a.period_days > 0
            THEN round_up(safe_ratio(days_between(a.cycle_from, a.cycle_before) + 1, a.period_days)) END AS cycles_before,
       a.cycle_cnt, a.cycle_inscp_amt, days_between(a.cycle_from, a.service_date) + 1 AS cycle_span,
       CASE WHEN a.period_days > 0
            THEN round_up(safe_ratio(days_between(a.cycle_from, a.service_date) + 1, a.period_days)) END AS cycles,
       COALESCE(o.operations, 0) AS operations
FROM anchor AS a
LEFT JOIN related AS r ON r.rule_id = a.rule_id AND r.bkkp_sn = a.bkkp_sn
LEFT JOIN operated AS o ON o.mdtrt_id = a.mdtrt_id
LEFT JOIN facility AS f ON f.fixmedins_code = a.fixmedins_code
