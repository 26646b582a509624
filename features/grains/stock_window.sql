/*---
name: stock_window
zh: 库存窗
says: one item at one institution over the hundred days to a finished month (a quarter with both its counts) - settled quantity against what stock allows
key: [candidate_key]
reads: [net_line, net_setl, drug_inv_d, judged_day, facility]
keep: true
scope: provider
months: true
---*/
WITH judged_month AS (
  SELECT month_start(day) AS first_day, MAX(day) AS newest, MAX(judged_day) AS judged_day
  FROM (SELECT judged_day, read_date(part_of_text(judged_day, 11, 10)) AS day FROM judged_day
        WHERE starts_with_text(judged_day, 'setl_date=')) AS d
  GROUP BY month_start(day)
),
-- A month is finished with its last day, or when a later month is judged beside it.
ended AS (
  SELECT judged_day, add_days(last_day, -99) AS first_day, last_day
  FROM (SELECT m.judged_day, m.newest, add_days(month_start(add_days(first_day, 31)), -1) AS last_day,
               LEAD(first_day) OVER (ORDER BY first_day) AS next_month FROM judged_month AS m) AS d
  WHERE newest = last_day OR next_month IS NOT NULL
),
event AS (
  SELECT e.judged_day, e.first_day, e.last_day, i.fixmedins_code, i.hilist_code, i.inv_data_type, i.cnt, i.unit,
         day_of(i.event_time) AS day,
         ROW_NUMBER() OVER (PARTITION BY e.judged_day, i.fixmedins_code, i.hilist_code, i.inv_data_type
                            ORDER BY i.event_time) AS nth_first,
         ROW_NUMBER() OVER (PARTITION BY e.judged_day, i.fixmedins_code, i.hilist_code, i.inv_data_type
                            ORDER BY i.event_time DESC) AS nth_last
  FROM drug_inv_d AS i JOIN ended AS e ON day_of(i.event_time) >= e.first_day AND day_of(i.event_time) <= e.last_day
  WHERE COALESCE(i.vali_flag, '1') <> '0'
),
counted AS (
  SELECT judged_day, fixmedins_code, hilist_code, MIN(last_day) AS last_day,
         COUNT(CASE WHEN inv_data_type = '1' THEN 1 END) AS counts, COUNT(DISTINCT unit) AS units,
         MIN(CASE WHEN inv_data_type = '1' AND nth_first = 1 THEN day END) AS counted_from,
         MIN(CASE WHEN inv_data_type = '1' AND nth_last = 1 THEN day END) AS counted_to,
         SUM(CASE WHEN inv_data_type = '1' AND nth_first = 1 THEN cnt END) AS opening_cnt,
         SUM(CASE WHEN inv_data_type = '1' AND nth_last = 1 THEN cnt END) AS closing_cnt
  FROM event GROUP BY judged_day, fixmedins_code, hilist_code
),
moved AS (
  SELECT c.judged_day, c.fixmedins_code, c.hilist_code,
         SUM(CASE WHEN v.inv_data_type = '3' THEN v.cnt WHEN v.inv_data_type IN ('2', '5') THEN v.cnt ELSE 0 END) AS arrived_cnt
  FROM counted AS c
  JOIN event AS v ON v.judged_day = c.judged_day AND v.fixmedins_code = c.fixmedins_code AND v.hilist_code = c.hilist_code
       AND v.day > c.counted_from AND v.day <= c.counted_to
  GROUP BY c.judged_day, c.fixmedins_code, c.hilist_code
),
charged AS (
  SELECT c.judged_day, c.fixmedins_code, c.hilist_code, SUM(l.cnt) AS settled_cnt, SUM(l.inscp_amt) AS inscp_amt,
         MAX(l.hilist_name) AS hilist_name
  FROM counted AS c
  JOIN net_line AS l ON l.fixmedins_code = c.fixmedins_code AND l.hilist_code = c.hilist_code
       AND l.service_date > c.counted_from AND l.service_date <= c.counted_to
  GROUP BY c.judged_day, c.fixmedins_code, c.hilist_code
)
SELECT concat_text(c.fixmedins_code, '/', c.hilist_code, '/', c.last_day) AS candidate_key, 'post' AS stage, c.judged_day,
       COALESCE(f.party_type, CASE WHEN starts_with_text(c.fixmedins_code, 'P') THEN 'pharmacy' ELSE 'institution' END)
         AS provider_type,
       c.fixmedins_code, CAST(NULL AS STRING) AS psn_no, CAST(NULL AS STRING) AS dr_code, CAST(NULL AS STRING) AS mdtrt_id,
       CAST(NULL AS STRING) AS setl_id, CAST(NULL AS STRING) AS bkkp_sn, no_texts() AS related_sn, c.last_day AS setl_date,
       c.last_day AS service_date, 'unknown' AS amt_basis, CAST(NULL AS DECIMAL(16,2)) AS setl_fund_amt,
       CAST(NULL AS DECIMAL(16,2)) AS setl_inscp_amt, c.hilist_code, s.hilist_name, s.settled_cnt, s.inscp_amt,
       c.counted_from, c.counted_to, c.opening_cnt, c.closing_cnt, COALESCE(m.arrived_cnt, 0) AS arrived_cnt, c.units,
       CASE WHEN c.counts > 1 AND c.units < 2 THEN c.opening_cnt + COALESCE(m.arrived_cnt, 0) - c.closing_cnt END AS allowed_cnt,
       CASE WHEN starts_with_text(c.hilist_code, 'C') THEN 'device' ELSE 'drug' END AS item_kind
FROM counted AS c
JOIN charged AS s ON s.judged_day = c.judged_day AND s.fixmedins_code = c.fixmedins_code AND s.hilist_code = c.hilist_code
LEFT JOIN moved AS m ON m.judged_day = c.judged_day AND m.fixmedins_code = c.fixmedins_code AND m.hilist_code = c.hilist_code
LEFT JOIN facility AS f ON f.fixmedins_code = c.fixmedins_code
