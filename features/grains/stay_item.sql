/*---
name: stay_item
zh: 住院项目
says: one per-day item (bed, consultation, nursing) over one hospital stay, against the days of the stay; anchored on its latest line
key: [candidate_key]
reads: [unit_line, stay, stay_anchor, judged_day, facility]
keep: true
---*/
WITH mine AS (
  SELECT u.*, ROW_NUMBER() OVER (PARTITION BY u.mdtrt_id, u.hilist_code ORDER BY u.fee_ocur_time DESC, u.bkkp_sn DESC) AS nth
  FROM unit_line AS u
  JOIN stay_anchor AS a ON a.mdtrt_id = u.mdtrt_id
  LEFT SEMI JOIN judged_day AS j ON j.judged_day = a.judged_day
  WHERE u.med_chrgitm_type IN ('01', '02', '07') AND u.stage <> 'pre' AND u.list_type = '201'
),
total AS (
  SELECT mdtrt_id, hilist_code, SUM(cnt) AS cnt, SUM(inscp_amt) AS inscp_amt, COUNT(*) AS line_count,
         COUNT(DISTINCT service_date) AS charged_days, MAX(service_date) AS last_date,
         sorted_texts(CASE WHEN nth > 1 THEN bkkp_sn END) AS related_sn
  FROM mine GROUP BY mdtrt_id, hilist_code
)
SELECT concat_text(t.mdtrt_id, '/', t.hilist_code) AS candidate_key, r.stage, a.judged_day,
       COALESCE(f.party_type, 'institution') AS provider_type, r.fixmedins_code, r.psn_no, r.bilg_dr_code AS dr_code,
       r.mdtrt_id, r.setl_id, r.bkkp_sn, t.related_sn, r.setl_date, r.service_date, r.amt_basis, r.setl_fund_amt,
       r.setl_inscp_amt, r.med_type, r.hilist_code, r.hilist_name, r.med_chrgitm_type, t.cnt, t.inscp_amt, t.line_count,
       t.charged_days,
       greater_of(1, days_between(s.begndate, COALESCE(s.enddate, add_days(t.last_date, 1)))) AS stay_days,
       s.begndate, s.enddate, s.adm_dept_codg <> s.dscg_dept_codg AS transferred, CASE WHEN s.patient <> s.psn_no THEN TRUE ELSE FALSE END AS newborn
FROM total AS t
JOIN mine AS r ON r.mdtrt_id = t.mdtrt_id AND r.hilist_code = t.hilist_code AND r.nth = 1
JOIN stay AS s ON s.mdtrt_id = t.mdtrt_id
JOIN stay_anchor AS a ON a.mdtrt_id = t.mdtrt_id
LEFT JOIN facility AS f ON f.fixmedins_code = r.fixmedins_code
