/*---
name: line_pair
zh: 明细对
says: one component line (by code, or by a part of its name) and the main line(s) that contain it, within the point's window (day, stay, 6h, hour)
key: [candidate_key, rule_id, point_id]
reads: [line_pair_found, unit_line, facility]
keep: true
points: {main_code: text main_code, pair_window: text window, name_part: text name_part}
---*/
SELECT g.rule_id, g.point_id, c.bkkp_sn AS candidate_key,
       CASE WHEN g.main_open THEN 'in' ELSE c.stage END AS stage, g.judged_day,
       COALESCE(f.party_type, 'institution') AS provider_type, c.fixmedins_code, c.psn_no,
       c.bilg_dr_code AS dr_code, c.mdtrt_id, c.setl_id, c.bkkp_sn, g.related_sn, c.setl_date, c.service_date,
       c.amt_basis, c.setl_fund_amt, c.setl_inscp_amt, c.med_type,
       c.hilist_code, c.hilist_name, c.fee_ocur_time, c.cnt, c.inscp_amt,
       g.main_item, g.main_name, g.main_cnt, g.main_time, g.has_clock, g.served_apart
FROM line_pair_found AS g
JOIN unit_line AS c ON c.bkkp_sn = g.component_sn
LEFT JOIN facility AS f ON f.fixmedins_code = c.fixmedins_code
