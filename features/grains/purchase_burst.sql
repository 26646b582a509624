/*---
name: purchase_burst
zh: 集中刷卡
says: one pharmacy and ten minutes in which several cards were used, with equal amounts; beside the pharmacy's own usual pace that day
key: [candidate_key]
reads: [net_setl, judged_day, facility]
keep: true
scope: provider
---*/
WITH sale AS (
  SELECT n.setl_id, n.psn_no, n.fixmedins_code, n.setl_date, n.setl_time, n.medfee_sumamt, n.inscp_amt, n.fund_pay_sumamt,
         n.mdtrt_cert_type, n.dev_no, concat_text('setl_date=', n.setl_date) AS judged_day,
         round_down(safe_ratio(minute_number(n.setl_time), 10)) AS bucket
  FROM net_setl AS n
  LEFT SEMI JOIN judged_day AS j ON j.judged_day = concat_text('setl_date=', n.setl_date)
  WHERE n.care_setting = 'pharmacy'
),
day_total AS (
  SELECT fixmedins_code, setl_date, COUNT(DISTINCT psn_no) AS day_persons, COUNT(DISTINCT bucket) AS day_buckets
  FROM sale GROUP BY fixmedins_code, setl_date
),
equal_sale AS (
  SELECT fixmedins_code, bucket, medfee_sumamt, COUNT(DISTINCT psn_no) AS equal_persons
  FROM sale GROUP BY fixmedins_code, bucket, medfee_sumamt
),
most_equal AS (
  SELECT fixmedins_code, bucket, MAX(equal_persons) AS equal_persons FROM equal_sale GROUP BY fixmedins_code, bucket
),
total AS (
  SELECT fixmedins_code, bucket, MIN(setl_date) AS setl_date, MIN(judged_day) AS judged_day, COUNT(DISTINCT psn_no) AS persons,
         COUNT(*) AS settlements, SUM(inscp_amt) AS burst_inscp_amt, COUNT(DISTINCT dev_no) AS devices,
         COUNT(CASE WHEN mdtrt_cert_type = '02' THEN 1 END) AS number_only, MIN(setl_time) AS first_time,
         MAX(setl_time) AS last_time
  FROM sale GROUP BY fixmedins_code, bucket
)
SELECT concat_text(t.fixmedins_code, '/', t.first_time) AS candidate_key, 'post' AS stage, t.judged_day,
       COALESCE(f.party_type, 'pharmacy') AS provider_type, t.fixmedins_code, CAST(NULL AS STRING) AS psn_no,
       CAST(NULL AS STRING) AS dr_code, CAST(NULL AS STRING) AS mdtrt_id, CAST(NULL AS STRING) AS setl_id,
       CAST(NULL AS STRING) AS bkkp_sn, no_texts() AS related_sn, t.setl_date, t.setl_date AS service_date, 'unknown' AS amt_basis,
       CAST(NULL AS DECIMAL(16,2)) AS setl_fund_amt, CAST(NULL AS DECIMAL(16,2)) AS setl_inscp_amt,
       t.persons, t.settlements, t.burst_inscp_amt, t.devices, t.number_only, t.first_time, t.last_time,
       COALESCE(e.equal_persons, 0) AS equal_persons, d.day_persons, d.day_buckets,
       CASE WHEN month_of(t.setl_date) = 12 THEN TRUE ELSE FALSE END AS year_end
FROM total AS t
JOIN most_equal AS e ON e.fixmedins_code = t.fixmedins_code AND e.bucket = t.bucket
JOIN day_total AS d ON d.fixmedins_code = t.fixmedins_code AND d.setl_date = t.setl_date
LEFT JOIN facility AS f ON f.fixmedins_code = t.fixmedins_code
WHERE t.persons > 1
