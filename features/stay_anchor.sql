/*---
name: stay_anchor
zh: 住院末行
says: per hospital stay its latest fee line, the unit that judges it, and its first line
key: [mdtrt_id]
reads: [unit_line, stay]
keep: true
---*/
WITH ranked AS (
  SELECT u.mdtrt_id, u.bkkp_sn, u.service_date, u.judged_day, u.inscp_amt,
         ROW_NUMBER() OVER (PARTITION BY u.mdtrt_id ORDER BY u.fee_ocur_time DESC, u.bkkp_sn DESC) AS nth,
         ROW_NUMBER() OVER (PARTITION BY u.mdtrt_id ORDER BY u.fee_ocur_time, u.bkkp_sn) AS nth_first
  FROM unit_line AS u LEFT SEMI JOIN stay AS s ON s.mdtrt_id = u.mdtrt_id
),
line AS (
  SELECT mdtrt_id, MAX(CASE WHEN nth = 1 THEN bkkp_sn END) AS bkkp_sn,
         MAX(CASE WHEN nth = 1 THEN service_date END) AS service_date,
         MAX(CASE WHEN nth = 1 THEN judged_day END) AS judged_day,
         MAX(CASE WHEN nth_first = 1 AND nth > 1 THEN bkkp_sn END) AS first_sn,
         SUM(inscp_amt) AS inscp_amt
  FROM ranked GROUP BY mdtrt_id
)
SELECT s.mdtrt_id, l.bkkp_sn, l.first_sn, l.service_date, l.inscp_amt,
       COALESCE(l.judged_day, s.unit_day) AS judged_day
FROM stay AS s LEFT JOIN line AS l ON l.mdtrt_id = s.mdtrt_id
