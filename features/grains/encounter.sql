/*---
name: encounter
zh: 住院就诊
says: one hospital stay with its diagnoses, operations, days with care and the make-up of its charges; anchored on its latest line
key: [candidate_key]
reads: [stay, stay_anchor, net_line, visit_diagnosis, setl_list_oprn_d, ward_leave_d, drg_audit_d, psn_info_b, judged_day, facility]
keep: true
---*/
WITH judged AS (
  SELECT s.*, a.bkkp_sn AS last_sn, a.first_sn, a.service_date AS last_date, a.judged_day, a.inscp_amt AS lines_inscp_amt
  FROM stay AS s
  JOIN stay_anchor AS a ON a.mdtrt_id = s.mdtrt_id
  LEFT SEMI JOIN judged_day AS j ON j.judged_day = a.judged_day
),
charge AS (
  SELECT n.mdtrt_id, COUNT(*) AS line_count, SUM(n.det_item_fee_sumamt) AS total_amt,
         SUM(CASE WHEN starts_with_text(n.hilist_code, '0021') OR starts_with_text(n.hilist_code, '0022')
                    OR starts_with_text(n.hilist_code, '0023') OR starts_with_text(n.hilist_code, '0025')
                    OR starts_with_text(n.hilist_code, '0027') THEN n.det_item_fee_sumamt END) AS exam_amt,
         COUNT(DISTINCT CASE WHEN NOT starts_with_text(n.hilist_code, '0011') AND NOT starts_with_text(n.hilist_code, '0012')
                             THEN n.service_date END) AS care_days,
         COUNT(CASE WHEN starts_with_text(n.hilist_code, '0032')
                      OR (starts_with_text(n.hilist_code, '0033') AND NOT starts_with_text(n.hilist_code, '003301')) THEN 1 END)
           AS operation_lines,
         COUNT(CASE WHEN starts_with_text(n.hilist_code, '001202') OR starts_with_text(n.hilist_code, '0012010000100')
                      OR starts_with_text(n.hilist_code, '0012010000200') OR starts_with_text(n.hilist_code, '003106030') THEN 1 END)
           AS intensive_lines,
         COUNT(CASE WHEN n.list_type IN ('101', '103', '104') AND COALESCE(n.dscg_tkdrug_flag, '0') <> '1' THEN 1 END)
           AS drug_lines,
         COUNT(CASE WHEN starts_with_text(n.hilist_code, '001204') THEN 1 END) AS infusion_lines
  FROM net_line AS n LEFT SEMI JOIN judged AS s ON s.mdtrt_id = n.mdtrt_id
  GROUP BY n.mdtrt_id
),
operated AS (
  SELECT o.mdtrt_id, COUNT(*) AS operations, COUNT(CASE WHEN o.main_oprn_flag = '1' THEN 1 END) AS main_operations,
         COUNT(CASE WHEN NOT matches(o.oprn_oprt_code, '^[0-9]{2}[.](([0-9]{4}|[0-9]x[0-9]{2}|[0-9]{5}|[0-9]{3}[A-Z][0-9])(x[0-9]{3})?|[0-9]{3}x[0-9]{4})$')
                    THEN 1 END) AS malformed_operations
  FROM setl_list_oprn_d AS o LEFT SEMI JOIN judged AS s ON s.mdtrt_id = o.mdtrt_id
  WHERE COALESCE(o.vali_flag, '1') <> '0' GROUP BY o.mdtrt_id
),
away AS (
  SELECT w.mdtrt_id, SUM(greater_of(0, days_between(day_of(w.leave_begntime), day_of(w.leave_endtime)))) AS leave_days
  FROM ward_leave_d AS w WHERE COALESCE(w.vali_flag, '1') <> '0' GROUP BY w.mdtrt_id
)
SELECT j.mdtrt_id AS candidate_key, CASE WHEN j.settled THEN 'post' ELSE 'in' END AS stage, j.judged_day,
       COALESCE(f.party_type, 'institution') AS provider_type, j.fixmedins_code, j.psn_no, j.chfpdr_code AS dr_code,
       j.mdtrt_id, j.setl_id, j.last_sn AS bkkp_sn, text_list(j.first_sn) AS related_sn, j.setl_date,
       COALESCE(j.last_date, j.enddate, j.begndate) AS service_date, j.amt_basis, j.fund_pay_sumamt AS setl_fund_amt,
       j.inscp_amt AS setl_inscp_amt, j.med_type, COALESCE(j.inscp_amt, j.lines_inscp_amt) AS inscp_amt,
       j.begndate, j.enddate, j.dscg_maindiag_code, j.dscg_way, j.drg_codg,
       greater_of(1, days_between(j.begndate, COALESCE(j.enddate, add_days(j.last_date, 1)))) AS stay_days,
       c.line_count, c.care_days, COALESCE(w.leave_days, 0) AS leave_days,
       greater_of(1, days_between(j.begndate, COALESCE(j.enddate, add_days(j.last_date, 1))))
         - c.care_days - COALESCE(w.leave_days, 0) AS idle_days,
       safe_ratio(c.exam_amt, c.total_amt) AS exam_share, c.total_amt, c.operation_lines, c.intensive_lines, c.drug_lines,
       c.infusion_lines, COALESCE(o.operations, 0) AS operations, COALESCE(o.main_operations, 0) AS main_operations,
       COALESCE(o.malformed_operations, 0) AS malformed_operations,
       d.diagnoses, COALESCE(d.diag_count, 0) AS diag_count, d.main_code AS main_diag_code,
       age_years(p.brdy, j.begndate) AS age_years, p.psn_idet_type,
       CASE WHEN j.patient <> j.psn_no THEN TRUE ELSE FALSE END AS newborn,
       g.audit_drg_codg, g.drg_wt, g.audit_drg_wt, g.drg_std_amt - g.audit_drg_std_amt AS drg_difference
FROM judged AS j
LEFT JOIN charge AS c ON c.mdtrt_id = j.mdtrt_id
LEFT JOIN operated AS o ON o.mdtrt_id = j.mdtrt_id
LEFT JOIN away AS w ON w.mdtrt_id = j.mdtrt_id
LEFT JOIN visit_diagnosis AS d ON d.mdtrt_id = j.mdtrt_id
LEFT JOIN drg_audit_d AS g ON g.setl_id = j.setl_id
LEFT JOIN psn_info_b AS p ON p.psn_no = j.psn_no
LEFT JOIN facility AS f ON f.fixmedins_code = j.fixmedins_code
