/*---
name: evidence_row
zh: 证据行
says: one row of evidence of one listed lead - a hit, a settlement of a ring's joint events, a case of a pattern, or a score - with the yuan it speaks of
key: [lead_id, kind, ref_id, setl_id, bkkp_sn]
reads: [pattern_event, ring_event, lead_named, lead_hit, lead_ring, lead_score, finding]
keep: true
---*/
WITH case_settlement AS (
  SELECT pattern, setl_id, psn_no, fixmedins_code, MAX(dr_code) AS dr_code, MAX(amount) AS amount
  FROM pattern_event WHERE setl_id IS NOT NULL GROUP BY pattern, setl_id, psn_no, fixmedins_code
)
SELECT l.lead_id, l.p_confirm, 'rule' AS family, 'hit' AS kind, h.hit_id AS ref_id, h.setl_id, h.bkkp_sn, h.amount
FROM lead_named AS l
INNER JOIN lead_hit AS h ON h.party_type = l.party_type AND h.party_id = l.party_id AND h.scheme = l.scheme
UNION ALL
SELECT l.lead_id, l.p_confirm, 'ring' AS family, 'ring' AS kind, r.ring_id AS ref_id, s.setl_id,
       CAST(NULL AS STRING) AS bkkp_sn, COALESCE(s.fund_amt, 0) AS amount
FROM lead_named AS l
INNER JOIN lead_ring AS r ON r.party_type = l.party_type AND r.party_id = l.party_id AND r.scheme = l.scheme AND r.p >= 0.02
-- The ring says which settlements are the member's own; a pharmacy may stand there as an institution.
LEFT JOIN ring_event AS s ON s.ring_id = r.ring_id AND s.party_id = r.party_id
     AND (s.party_type = r.party_type OR (r.party_type = 'pharmacy' AND s.party_type = 'institution'))
UNION ALL
SELECT l.lead_id, l.p_confirm, m.family, 'score' AS kind, e.pattern AS ref_id, e.setl_id, CAST(NULL AS STRING) AS bkkp_sn, e.amount
FROM lead_named AS l
INNER JOIN lead_score AS m ON m.party_type = l.party_type AND m.party_id = l.party_id AND m.scheme = l.scheme AND m.own > 0
INNER JOIN case_settlement AS e ON e.pattern = m.model
     AND l.party_id = CASE WHEN l.party_type = 'person' THEN e.psn_no WHEN l.party_type = 'doctor' THEN e.dr_code ELSE e.fixmedins_code END
UNION ALL
SELECT l.lead_id, l.p_confirm, f.family, 'score' AS kind, f.ref_id, CAST(NULL AS STRING) AS setl_id,
       CAST(NULL AS STRING) AS bkkp_sn, as_money(0) AS amount
FROM lead_named AS l
INNER JOIN finding AS f ON f.party_type = l.party_type AND f.party_id = l.party_id AND f.scheme = l.scheme
WHERE starts_with_text(f.fact, 'score:') AND f.more_fact = ''
