/*---
name: implant_use
zh: 植介入耗材
says: one consumable charged to one hospital stay against what the operation record says was used; anchored on its latest line
key: [candidate_key]
reads: [unit_line, implant_use_d, judged_day, facility]
keep: true
---*/
WITH used AS (
  SELECT mdtrt_id, hilist_code, SUM(cnt) AS used_cnt FROM implant_use_d WHERE COALESCE(vali_flag, '1') <> '0'
  GROUP BY mdtrt_id, hilist_code
),
logged AS (
  SELECT DISTINCT fixmedins_code FROM implant_use_d
),
mine AS (
  SELECT u.*, ROW_NUMBER() OVER (PARTITION BY u.mdtrt_id, u.hilist_code ORDER BY u.fee_ocur_time DESC, u.bkkp_sn DESC) AS nth
  FROM unit_line AS u
  LEFT SEMI JOIN judged_day AS j ON j.judged_day = u.judged_day
  LEFT SEMI JOIN (SELECT DISTINCT hilist_code FROM implant_use_d) AS i ON i.hilist_code = u.hilist_code
  WHERE u.stage <> 'pre' AND u.list_type = '301'
),
total AS (
  SELECT mdtrt_id, hilist_code, SUM(cnt) AS cnt, SUM(inscp_amt) AS inscp_amt, COUNT(*) AS line_count,
         sorted_texts(CASE WHEN nth > 1 THEN bkkp_sn END) AS related_sn
  FROM mine GROUP BY mdtrt_id, hilist_code
)
SELECT concat_text(t.mdtrt_id, '/', t.hilist_code) AS candidate_key, r.stage, r.judged_day,
       COALESCE(f.party_type, 'institution') AS provider_type, r.fixmedins_code, r.psn_no, r.bilg_dr_code AS dr_code,
       r.mdtrt_id, r.setl_id, r.bkkp_sn, t.related_sn, r.setl_date, r.service_date, r.amt_basis, r.setl_fund_amt,
       r.setl_inscp_amt, r.med_type, r.hilist_code, r.hilist_name, t.cnt, t.inscp_amt, t.line_count,
       CASE WHEN g.fixmedins_code IS NOT NULL THEN COALESCE(x.used_cnt, 0) END AS used_cnt
FROM total AS t
JOIN mine AS r ON r.mdtrt_id = t.mdtrt_id AND r.hilist_code = t.hilist_code AND r.nth = 1
LEFT JOIN used AS x ON x.mdtrt_id = t.mdtrt_id AND x.hilist_code = t.hilist_code
LEFT JOIN logged AS g ON g.fixmedins_code = r.fixmedins_code
LEFT JOIN facility AS f ON f.fixmedins_code = r.fixmedins_code
