/*---
name: surgery_pair
zh: 同组手术
says: one operation line of a discount group and the dearer operation of that group on the same person and day; anchored on the cheaper line
key: [candidate_key, rule_id, point_id]
reads: [unit_line, judged_day, facility, catalogue, point_surgery_pair]
keep: true
points: {surgery_group: text surgery_group}
---*/
WITH mine AS (
  SELECT p.rule_id, p.point_id, p.surgery_group, u.*, CASE WHEN j.judged_day IS NULL THEN FALSE ELSE TRUE END AS judged
  FROM unit_line AS u
  JOIN point_surgery_pair AS p ON p.hilist_code = u.hilist_code
       AND u.service_date >= p.begndate AND u.service_date <= COALESCE(p.enddate, DATE '9999-12-30')
  LEFT JOIN judged_day AS j ON j.judged_day = u.judged_day
  WHERE u.stage <> 'pre'
),
pair AS (
  SELECT c.rule_id, MIN(c.point_id) AS point_id, c.bkkp_sn, sorted_texts(m.bkkp_sn) AS related_sn, MAX(m.pric) AS main_pric,
         MIN(m.hilist_name) AS main_name, MIN(c.surgery_group) AS surgery_group,
         MAX(CASE WHEN c.judged THEN c.judged_day ELSE m.judged_day END) AS judged_day
  FROM mine AS c
  JOIN mine AS m ON m.rule_id = c.rule_id AND m.surgery_group = c.surgery_group AND m.psn_no = c.psn_no
       AND m.mdtrt_id = c.mdtrt_id AND m.service_date = c.service_date AND m.hilist_code <> c.hilist_code
  WHERE (c.judged OR m.judged) AND (m.pric > c.pric OR (m.pric = c.pric AND m.bkkp_sn < c.bkkp_sn))
  GROUP BY c.rule_id, c.bkkp_sn
)
SELECT g.rule_id, g.point_id, u.bkkp_sn AS candidate_key, u.stage, g.judged_day,
       COALESCE(f.party_type, 'institution') AS provider_type, u.fixmedins_code, u.psn_no, u.bilg_dr_code AS dr_code,
       u.mdtrt_id, u.setl_id, u.bkkp_sn, g.related_sn, u.setl_date, u.service_date, u.amt_basis, u.setl_fund_amt,
       u.setl_inscp_amt, u.med_type, u.hilist_code, u.hilist_name, u.cnt, u.inscp_amt,
       -- The price as charged: below the list also where the house took its discount off the line's total.
       CASE WHEN u.det_item_fee_sumamt < line_amount(u.cnt, u.pric) THEN safe_ratio(u.det_item_fee_sumamt, u.cnt) ELSE u.pric END
         AS pric, g.surgery_group, g.main_pric,
       g.main_name, COALESCE(c.pric_uplmt_amt, CASE WHEN u.pric_uplmt_amt > 0 AND u.pric_uplmt_amt < 999999 THEN u.pric_uplmt_amt END)
         AS catalogue_price
FROM pair AS g
JOIN unit_line AS u ON u.bkkp_sn = g.bkkp_sn
LEFT JOIN catalogue AS c ON c.hilist_code = u.hilist_code AND u.service_date >= c.begndate AND u.service_date <= c.until
LEFT JOIN facility AS f ON f.fixmedins_code = u.fixmedins_code
