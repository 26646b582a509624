/*---
name: prescription_piece
zh: 处方饮片
says: one decoction-piece line with a point, inside its prescription (or, without a number, the visit's day)
key: [candidate_key, rule_id]
reads: [prescription_piece_found, line]
keep: true
---*/
SELECT g.rule_id, g.point_id, l.*, g.prescription, g.piece_kinds, g.listed_kinds
FROM prescription_piece_found AS g JOIN line AS l ON l.candidate_key = g.bkkp_sn
