/*---
name: setl_anchor
zh: 结算末行
says: per settlement its latest fee line
key: [setl_id]
reads: [unit_line]
keep: true
---*/
SELECT r.setl_id, r.bkkp_sn, r.service_date, r.bilg_dr_code
FROM (
  SELECT setl_id, bkkp_sn, service_date, bilg_dr_code,
         ROW_NUMBER() OVER (PARTITION BY setl_id ORDER BY fee_ocur_time DESC, bkkp_sn DESC) AS nth
  FROM unit_line WHERE setl_id IS NOT NULL
) AS r
WHERE r.nth = 1
