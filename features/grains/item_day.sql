/*---
name: item_day
zh: 人次日项目
says: one item given to one person at one institution on one calendar day, for items with a point, as far as the fund paid; anchored on its latest line
key: [candidate_key, rule_id, point_id]
reads: [unit_line, judged_day, facility, point_item_day]
keep: true
---*/
WITH mine AS (
  SELECT p.rule_id, p.point_id, u.*, CASE WHEN j.judged_day IS NULL THEN FALSE ELSE TRUE END AS judged
  FROM unit_line AS u
  JOIN point_item_day AS p ON p.hilist_code = u.hilist_code
       AND u.service_date >= p.begndate AND u.service_date <= COALESCE(p.enddate, DATE '9999-12-30')
  LEFT JOIN judged_day AS j ON j.judged_day = u.judged_day
  WHERE u.stage <> 'pre' AND u.inscp_amt > 0
),
ranked AS (
  SELECT m.*,
         LAG(service_date) OVER (PARTITION BY rule_id, point_id, patient, mdtrt_id, hilist_code
                                 ORDER BY fee_ocur_time, bkkp_sn) AS before_date,
         ROW_NUMBER() OVER (PARTITION BY rule_id, point_id, patient, fixmedins_code, hilist_code, service_date
                            ORDER BY fee_ocur_time DESC, bkkp_sn DESC) AS nth
  FROM mine AS m
),
total AS (
  SELECT rule_id, point_id, patient, fixmedins_code, hilist_code, service_date,
         SUM(cnt) AS cnt, SUM(inscp_amt) AS inscp_amt, COUNT(*) AS line_count,
         sorted_texts(CASE WHEN nth > 1 THEN bkkp_sn END) AS related_sn,
         COUNT(CASE WHEN judged THEN 1 END) AS judged_lines,
         MAX(CASE WHEN judged THEN judged_day END) AS judged_day,
         COUNT(CASE WHEN stage = 'in' THEN 1 END) AS open_lines,
         COUNT(CASE WHEN hour_of(fee_ocur_time) = 0 AND minute_of(fee_ocur_time) = 0 THEN 1 END) AS midnight_lines,
         COUNT(DISTINCT mdtrt_id) AS visit_count,
         MAX(CASE WHEN before_date < service_date THEN before_date END) AS last_posted,
         CASE WHEN COUNT(serv_begntime) = COUNT(*) AND COUNT(serv_endtime) = COUNT(*)
              THEN safe_ratio(seconds_between(MIN(serv_begntime), MAX(serv_endtime)), 3600) END AS service_hours
  FROM ranked GROUP BY rule_id, point_id, patient, fixmedins_code, hilist_code, service_date
)
SELECT t.rule_id, t.point_id,
       concat_text(t.patient, '/', t.fixmedins_code, '/', t.hilist_code, '/', t.service_date) AS candidate_key,
       CASE WHEN t.open_lines > 0 THEN 'in' ELSE 'post' END AS stage, t.judged_day,
       COALESCE(f.party_type, 'institution') AS provider_type, t.fixmedins_code, r.psn_no,
       r.bilg_dr_code AS dr_code, r.mdtrt_id, r.setl_id, r.bkkp_sn, t.related_sn, r.setl_date, t.service_date,
       r.amt_basis, r.setl_fund_amt, r.setl_inscp_amt, r.med_type,
       t.hilist_code, r.hilist_name, t.cnt, t.inscp_amt, t.line_count, t.visit_count,
       -- How many hours the charge can speak of: from start to stop, else since the item was last posted.
       COALESCE(t.service_hours, times(24, days_between(t.last_posted, t.service_date))) AS hours_possible,
       CASE WHEN t.midnight_lines = 0 THEN TRUE ELSE FALSE END AS has_clock
FROM total AS t
JOIN ranked AS r ON r.rule_id = t.rule_id AND r.point_id = t.point_id AND r.patient = t.patient
     AND r.fixmedins_code = t.fixmedins_code AND r.hilist_code = t.hilist_code
     AND r.service_date = t.service_date AND r.nth = 1
LEFT JOIN facility AS f ON f.fixmedins_code = t.fixmedins_code
WHERE t.judged_lines > 0
