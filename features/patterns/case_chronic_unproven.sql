/*---
name: case_chronic_unproven
zh: 慢特病情形：待遇前无住院无检查
says: one person whose chronic-disease benefit begins inside the window, with whether neither a stay nor an examination is known before it
key: [case_id]
reads: [net_setl, fee_list_d, pattern_setting]
---*/
WITH begun AS (
  SELECT n.psn_no, n.setl_id, n.fixmedins_code, n.mdtrt_id, n.setl_date, n.fund_pay_sumamt,
         ROW_NUMBER() OVER (PARTITION BY n.psn_no ORDER BY n.setl_time, n.setl_id) AS nth,
         SUM(n.fund_pay_sumamt) OVER (PARTITION BY n.psn_no) AS chronic_amt
  FROM net_setl AS n
  WHERE starts_with_text(n.med_type, '14') OR starts_with_text(n.med_type, '9901')
),
fresh AS (
  SELECT b.* FROM begun AS b CROSS JOIN pattern_setting AS t
  WHERE b.nth = 1 AND days_between(t.first_day, b.setl_date) >= 28
),
doctor AS (
  SELECT f.setl_id, MAX(f.bilg_dr_code) AS dr_code
  FROM fee_list_d AS f LEFT SEMI JOIN fresh AS b ON b.setl_id = f.setl_id
  GROUP BY f.setl_id
),
proof AS (
  SELECT b.psn_no
  FROM fresh AS b INNER JOIN net_setl AS n ON n.psn_no = b.psn_no
  WHERE n.care_setting = 'inpatient' AND n.setl_date <= b.setl_date
  UNION ALL
  SELECT b.psn_no
  FROM fresh AS b INNER JOIN fee_list_d AS f ON f.psn_no = b.psn_no
  WHERE f.cnt > 0 AND starts_with_text(f.med_chrgitm_type, '03') AND day_of(f.fee_ocur_time) <= b.setl_date
),
proven AS (SELECT DISTINCT psn_no FROM proof)
SELECT 'chronic_unproven' AS pattern, b.psn_no AS case_id, b.setl_id, b.psn_no, b.fixmedins_code, d.dr_code, b.setl_date AS day,
       as_money(b.chronic_amt) AS amount,
       CASE WHEN p.psn_no IS NULL THEN TRUE ELSE FALSE END AS shown
FROM fresh AS b
LEFT JOIN doctor AS d ON d.setl_id = b.setl_id
LEFT JOIN proven AS p ON p.psn_no = b.psn_no
