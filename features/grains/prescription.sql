/*---
name: prescription
zh: 处方
says: one prescription (number, or without one the visit's day) with its kinds of drugs and pieces; anchored on its latest line
key: [candidate_key]
reads: [unit_line, judged_day, facility]
keep: true
---*/
WITH drug AS (
  SELECT u.*, CASE WHEN u.rx_drord_no IS NULL THEN concat_text(u.mdtrt_id, '/', u.service_date)
                   ELSE concat_text(u.psn_no, '/', u.rx_drord_no) END AS prescription,
         CASE WHEN u.list_type = '102' THEN 'piece' ELSE 'drug' END AS drug_class
  FROM unit_line AS u
  LEFT SEMI JOIN judged_day AS j ON j.judged_day = u.judged_day
  WHERE u.stage <> 'pre' AND u.list_type IN ('101', '102', '103', '104', '106')
    AND NOT starts_with_text(u.med_type, '2') AND u.med_type <> '52'
),
ranked AS (
  SELECT d.*, ROW_NUMBER() OVER (PARTITION BY prescription ORDER BY fee_ocur_time DESC, bkkp_sn DESC) AS nth FROM drug AS d
),
total AS (
  SELECT prescription, COUNT(DISTINCT CASE WHEN drug_class = 'drug' THEN part_of_text(hilist_code, 1, 10) END) AS drug_kinds,
         COUNT(DISTINCT CASE WHEN drug_class = 'piece' THEN hilist_code END) AS piece_kinds,
         SUM(CASE WHEN drug_class = 'piece' THEN cnt END) AS piece_cnt,
         SUM(inscp_amt) AS inscp_amt, COUNT(*) AS line_count, MAX(prd_days) AS prd_days,
         sorted_texts(CASE WHEN nth > 1 THEN bkkp_sn END) AS related_sn
  FROM ranked GROUP BY prescription
)
SELECT t.prescription AS candidate_key, r.stage, r.judged_day,
       COALESCE(f.party_type, 'institution') AS provider_type, r.fixmedins_code, r.psn_no, r.bilg_dr_code AS dr_code,
       r.mdtrt_id, r.setl_id, r.bkkp_sn, t.related_sn, r.setl_date, r.service_date, r.amt_basis, r.setl_fund_amt,
       r.setl_inscp_amt, r.med_type, r.rx_drord_no, t.drug_kinds, t.piece_kinds, t.piece_cnt, t.inscp_amt, t.line_count,
       t.prd_days, CASE WHEN r.rx_drord_no IS NULL THEN FALSE ELSE TRUE END AS numbered,
       CASE WHEN r.med_type = '41' THEN TRUE ELSE FALSE END AS at_pharmacy,
       CASE WHEN starts_with_text(r.med_type, '14') THEN TRUE ELSE FALSE END AS chronic_visit
FROM total AS t
JOIN ranked AS r ON r.prescription = t.prescription AND r.nth = 1
LEFT JOIN facility AS f ON f.fixmedins_code = r.fixmedins_code
