/*---
name: required_line
zh: 须伴项目明细
says: one judged line whose item needs another item, and how often that other one stands in the same visit or day
key: [candidate_key, rule_id]
reads: [required_line_found, line]
keep: true
points:
  service_code: text service_code
  service_part: text service_part
  required_window: text window
---*/
SELECT g.rule_id, g.point_id, l.*, g.found
FROM required_line_found AS g JOIN line AS l ON l.candidate_key = g.bkkp_sn
