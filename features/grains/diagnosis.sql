/*---
name: diagnosis
zh: 诊断
says: one listed diagnosis of a settled visit and a rule's points on it, with person and what was charged as points expect
key: [candidate_key, rule_id]
reads: [setl_list_diag_d, net_setl, mdtrt_d, net_line, psn_info_b, judged_day, facility, point_diagnosis]
keep: true
points:
  diag_prefix: text diag_prefix diag_code
  expected_part: text expected_part
---*/
WITH settled AS (
  SELECT mdtrt_id, MAX(setl_id) AS setl_id, MAX(setl_date) AS setl_date, MIN(begndate) AS begndate, MAX(enddate) AS enddate,
         MAX(amt_basis) AS amt_basis, SUM(fund_pay_sumamt) AS fund_pay_sumamt, SUM(inscp_amt) AS inscp_amt,
         MAX(med_type) AS med_type, MAX(care_setting) AS care_setting, MAX(fixmedins_code) AS fixmedins_code
  FROM net_setl GROUP BY mdtrt_id
),
listed AS (
  SELECT d.diag_info_id, d.mdtrt_id, d.psn_no, d.diag_code, d.diag_name, d.maindiag_flag, d.inout_diag_type,
         p.rule_id, p.point_id, p.expected_part
  FROM setl_list_diag_d AS d
  JOIN settled AS s ON s.mdtrt_id = d.mdtrt_id
  LEFT SEMI JOIN judged_day AS j ON j.judged_day = concat_text('setl_date=', s.setl_date)
  JOIN point_diagnosis AS p ON starts_with_text(d.diag_code, p.diag_prefix)
       AND s.enddate >= p.begndate AND s.enddate <= COALESCE(p.enddate, DATE '9999-12-30')
  WHERE COALESCE(d.vali_flag, '1') <> '0'
),
charged AS (
  SELECT l.rule_id, l.diag_info_id, COUNT(*) AS expected_lines
  FROM listed AS l
  JOIN net_line AS n ON n.mdtrt_id = l.mdtrt_id AND contains_text(n.hilist_name, l.expected_part)
  GROUP BY l.rule_id, l.diag_info_id
),
counted AS (
  SELECT n.mdtrt_id, COUNT(*) AS line_count, COUNT(n.hilist_name) AS named_lines
  FROM net_line AS n LEFT SEMI JOIN listed AS l ON l.mdtrt_id = n.mdtrt_id GROUP BY n.mdtrt_id
),
grouped AS (
  SELECT rule_id, diag_info_id, MIN(point_id) AS point_id, MIN(mdtrt_id) AS mdtrt_id, MIN(psn_no) AS psn_no,
         MIN(diag_code) AS diag_code, MIN(diag_name) AS diag_name, MIN(maindiag_flag) AS maindiag_flag
  FROM listed GROUP BY rule_id, diag_info_id
)
-- A newborn by the visit's flag only: a perinatal diagnosis must not excuse itself.
SELECT g.rule_id, g.point_id, g.diag_info_id AS candidate_key, 'post' AS stage,
       concat_text('setl_date=', s.setl_date) AS judged_day, COALESCE(f.party_type, 'institution') AS provider_type,
       s.fixmedins_code, g.psn_no, m.chfpdr_code AS dr_code, g.mdtrt_id, s.setl_id, CAST(NULL AS STRING) AS bkkp_sn,
       no_texts() AS related_sn, s.setl_date, s.enddate AS service_date, s.amt_basis, s.fund_pay_sumamt AS setl_fund_amt,
       s.inscp_amt AS setl_inscp_amt, s.med_type, s.care_setting, g.diag_code, g.diag_name, g.maindiag_flag,
       CASE WHEN p.gend IN ('1', '2') THEN p.gend END AS gend, days_between(p.brdy, s.begndate) AS age_days,
       age_years(p.brdy, s.begndate) AS age_years, CASE WHEN m.nwb_flag = '1' THEN TRUE ELSE FALSE END AS newborn_visit,
       CASE WHEN c.named_lines > 0 AND c.named_lines = c.line_count THEN COALESCE(x.expected_lines, 0) END AS expected_lines,
       c.line_count
FROM grouped AS g
JOIN settled AS s ON s.mdtrt_id = g.mdtrt_id
LEFT JOIN charged AS x ON x.rule_id = g.rule_id AND x.diag_info_id = g.diag_info_id
LEFT JOIN counted AS c ON c.mdtrt_id = g.mdtrt_id
LEFT JOIN psn_info_b AS p ON p.psn_no = g.psn_no
LEFT JOIN mdtrt_d AS m ON m.mdtrt_id = g.mdtrt_id
LEFT JOIN facility AS f ON f.fixmedins_code = s.fixmedins_code
