/*---
name: exam_share
zh: 检查普及率
says: one examination item at one hospital over the 90 days to a finished month - share of stays that got it, beside its peers
key: [candidate_key]
reads: [net_line, net_setl, judged_day, facility]
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
  SELECT judged_day, add_days(last_day, -89) AS first_day, last_day
  FROM (SELECT m.judged_day, m.newest, m.first_day AS month_first, add_days(month_start(add_days(first_day, 31)), -1) AS last_day,
               LEAD(first_day) OVER (ORDER BY first_day) AS next_month FROM judged_month AS m) AS d
  WHERE newest = last_day OR next_month IS NOT NULL
),
stayed AS (
  SELECT e.judged_day, e.last_day, n.fixmedins_code, n.mdtrt_id
  FROM net_setl AS n JOIN ended AS e ON n.setl_date >= e.first_day AND n.setl_date <= e.last_day
  WHERE n.care_setting = 'inpatient'
),
total AS (
  SELECT judged_day, fixmedins_code, MIN(last_day) AS last_day, COUNT(DISTINCT mdtrt_id) AS stays
  FROM stayed GROUP BY judged_day, fixmedins_code
),
used AS (
  SELECT s.judged_day, s.fixmedins_code, l.hilist_code, MAX(l.hilist_name) AS hilist_name,
         COUNT(DISTINCT s.mdtrt_id) AS item_stays, SUM(l.inscp_amt) AS item_inscp_amt
  FROM stayed AS s
  JOIN net_line AS l ON l.mdtrt_id = s.mdtrt_id
  WHERE starts_with_text(l.hilist_code, '0021') OR starts_with_text(l.hilist_code, '0022')
     OR starts_with_text(l.hilist_code, '0023') OR starts_with_text(l.hilist_code, '0025')
  GROUP BY s.judged_day, s.fixmedins_code, l.hilist_code
),
share AS (
  SELECT u.*, t.stays, t.last_day, COALESCE(f.level_rank, 0) AS level_rank, COALESCE(f.party_type, 'institution') AS party_type,
         safe_ratio(u.item_stays, t.stays) AS share
  FROM used AS u
  JOIN total AS t ON t.judged_day = u.judged_day AND t.fixmedins_code = u.fixmedins_code
  LEFT JOIN facility AS f ON f.fixmedins_code = u.fixmedins_code
),
-- A hospital that never orders the item is a peer too, with a share of nothing; one of few stays is none.
hospital AS (
  SELECT t.judged_day, t.fixmedins_code, COALESCE(f.level_rank, 0) AS level_rank
  FROM total AS t LEFT JOIN facility AS f ON f.fixmedins_code = t.fixmedins_code
  WHERE t.stays >= 50
),
asked AS (
  SELECT DISTINCT judged_day, level_rank, hilist_code FROM share WHERE share >= 0.5
),
peer AS (
  SELECT a.judged_day, a.level_rank, a.hilist_code, COUNT(*) AS peers, quantile_of(COALESCE(s.share, 0), 0.5) AS peer_share
  FROM asked AS a
  JOIN hospital AS h ON h.judged_day = a.judged_day AND h.level_rank = a.level_rank
  LEFT JOIN share AS s ON s.judged_day = a.judged_day AND s.fixmedins_code = h.fixmedins_code AND s.hilist_code = a.hilist_code
  GROUP BY a.judged_day, a.level_rank, a.hilist_code
)
SELECT concat_text(s.fixmedins_code, '/', s.hilist_code, '/', s.last_day) AS candidate_key, 'post' AS stage, s.judged_day,
       s.party_type AS provider_type, s.fixmedins_code, CAST(NULL AS STRING) AS psn_no, CAST(NULL AS STRING) AS dr_code,
       CAST(NULL AS STRING) AS mdtrt_id, CAST(NULL AS STRING) AS setl_id, CAST(NULL AS STRING) AS bkkp_sn,
       no_texts() AS related_sn, s.last_day AS setl_date, s.last_day AS service_date, 'unknown' AS amt_basis,
       CAST(NULL AS DECIMAL(16,2)) AS setl_fund_amt, CAST(NULL AS DECIMAL(16,2)) AS setl_inscp_amt,
       s.hilist_code, s.hilist_name, s.item_stays, s.stays, s.item_inscp_amt, p.peers,
       round_to(s.share, 4) AS share, round_to(p.peer_share, 4) AS peer_share
FROM share AS s
JOIN peer AS p ON p.judged_day = s.judged_day AND p.level_rank = s.level_rank AND p.hilist_code = s.hilist_code
