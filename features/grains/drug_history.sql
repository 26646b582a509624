/*---
name: drug_history
zh: 用药史
says: one judged drug line with a point and what the person used before it, at any institution, in the year before
key: [candidate_key, rule_id]
reads: [drug_history_found, line]
keep: true
far: {days: 366, points: 4}
---*/
SELECT g.rule_id, g.point_id, l.*, g.same_drug_lines, g.class_lines
FROM drug_history_found AS g JOIN line AS l ON l.candidate_key = g.bkkp_sn
