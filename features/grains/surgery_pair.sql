/*---
name: surgery_pair
zh: 同组手术
says: one operation line of a discount group and the dearer operation of that group on the same person and day; anchored on the cheaper line
key: [candidate_key, rule_id, point_id]
reads: [surgery_pair_found, unit_line, facility, catalogue]
keep: true
points: {surgery_group: text surgery_group}
---*/
SELECT g.rule_id, g.point_id, u.bkkp_sn AS candidate_key, u.stage, g.judged_day,
       COALESCE(f.party_type, 'institution') AS provider_type, u.fixmedins_code, u.psn_no, u.bilg_dr_code AS dr_code,
       u.mdtrt_id, u.setl_id, u.bkkp_sn, g.related_sn, u.setl_date, u.service_date, u.amt_basis, u.setl_fund_amt,
       u.setl_inscp_amt, u.med_type, u.hilist_code, u.hilist_name, u.cnt, u.inscp_amt,
       -- The price as charged: below the list also where the house took its discount off the line's total.
       CASE WHEN u.det_item_fee_sumamt < line_amount(u.cnt, u.pric) THEN safe_ratio(u.det_item_fee_sumamt, u.cnt) ELSE u.pric END
         AS pric, g.surgery_group, g.main_pric,
       g.main_name, COALESCE(c.pric_uplmt_amt, CASE WHEN u.pric_uplmt_amt > 0 AND u.pric_uplmt_amt < 999999 THEN u.pric_uplmt_amt END)
         AS catalogue_price
FROM surgery_pair_found AS g
JOIN unit_line AS u ON u.bkkp_sn = g.bkkp_sn
LEFT JOIN catalogue AS c ON c.hilist_code = u.hilist_code AND u.service_date >= c.begndate AND u.service_date <= c.until
LEFT JOIN facility AS f ON f.fixmedins_code = u.fixmedins_code
