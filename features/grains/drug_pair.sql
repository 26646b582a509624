/*---
name: drug_pair
zh: 药品对
says: one drug line and the other drug(s) of the same visit and day that make a listed pair or group; anchored on the later line
key: [candidate_key, rule_id, point_id]
reads: [drug_pair_found, unit_line]
keep: true
points:
  name_part: text drug_name piece_name
  other_part: text other_drug_name other_piece_name
  group_no: text group_no
  hilist_prefix: text hilist_prefix
---*/
SELECT g.rule_id, g.point_id, u.bkkp_sn AS candidate_key, CASE WHEN g.other_open = 1 THEN 'in' ELSE u.stage END AS stage,
       g.pair_day AS judged_day,
       CASE WHEN starts_with_text(u.fixmedins_code, 'P') THEN 'pharmacy' ELSE 'institution' END AS provider_type,
       u.fixmedins_code, u.psn_no, u.bilg_dr_code AS dr_code, u.mdtrt_id, u.setl_id, u.bkkp_sn, g.other_sns AS related_sn,
       u.setl_date, u.service_date, u.amt_basis, u.setl_fund_amt, u.setl_inscp_amt, u.med_type, u.hilist_code,
       u.hilist_name, u.inscp_amt, u.cnt, g.other_name, g.other_code,
       CASE WHEN g.same_rx = 1 THEN TRUE ELSE FALSE END AS same_prescription,
       CASE WHEN g.same_doctor = 1 THEN TRUE ELSE FALSE END AS same_doctor
FROM drug_pair_found AS g JOIN unit_line AS u ON u.bkkp_sn = g.bkkp_sn
