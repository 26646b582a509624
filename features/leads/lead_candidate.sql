/*---
name: lead_candidate
zh: 候选线索
says: one party and scheme that may become a lead; of a person only with a hit of their own or a part in a ring
key: [party_type, party_id, scheme]
reads: [finding_rule, lead_ring, lead_score]
keep: true
---*/
SELECT DISTINCT party_type, party_id, scheme FROM (
  SELECT party_type, party_id, scheme FROM finding_rule WHERE own = 1 OR (p >= 0.3 AND party_type <> 'person' AND n_event >= 3)
  UNION ALL
  SELECT party_type, party_id, scheme FROM lead_ring WHERE p >= 0.02
  UNION ALL
  SELECT party_type, party_id, scheme FROM lead_score
  WHERE (own > 0 AND p_statistic >= 0.3)
     OR (p_statistic >= 0.5 AND family <> 'anomaly' AND party_type IN ('institution', 'pharmacy', 'doctor'))
) AS found
