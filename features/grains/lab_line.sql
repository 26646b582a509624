/*---
name: lab_line
zh: 检验明细
says: one charged laboratory line and the report of what was in fact done
key: [candidate_key]
reads: [line, lab_rslt_d, catalogue]
keep: true
---*/
WITH done AS (
  SELECT bkkp_sn, MIN(done_hilist_code) AS done_hilist_code, MIN(done_mtd_name) AS done_mtd_name, COUNT(*) AS reports
  FROM lab_rslt_d WHERE bkkp_sn IS NOT NULL AND COALESCE(vali_flag, '1') <> '0' GROUP BY bkkp_sn
)
SELECT l.*, d.done_hilist_code, d.done_mtd_name, d.reports, c.pric_uplmt_amt AS done_price
FROM line AS l
JOIN done AS d ON d.bkkp_sn = l.bkkp_sn
LEFT JOIN catalogue AS c ON c.hilist_code = d.done_hilist_code AND l.service_date >= c.begndate AND l.service_date <= c.until
