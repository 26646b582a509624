/*---
name: reason
zh: 理由
says: one reason of one candidate lead with its exact share of −ln(1 − p) in millionths; inside a family only the strongest finding counts
key: [party_type, party_id, scheme, family, fact, ref_id]
reads: [finding, lead_trust]
keep: true
---*/
WITH ordered AS (
  SELECT f.*, ROW_NUMBER() OVER (PARTITION BY f.party_type, f.party_id, f.scheme, f.family
                                 ORDER BY f.p DESC, f.fact, f.ref_id) AS nth,
         -- The champion of the ranker stretches all parts of a family alike: they still add up.
         as_whole(round_to(times(0 - natural_log(1 - f.p), times(1000000, COALESCE(t.multiplier, 1))), 0)) AS weight,
         as_whole(round_to(times(0 - natural_log(1 - f.base), times(1000000, COALESCE(t.multiplier, 1))), 0)) AS base_weight
  FROM finding AS f
  LEFT JOIN lead_trust AS t ON t.family = f.family
)
SELECT party_type, party_id, scheme, family, fact, ref_id, p, benign_tags,
       CASE WHEN nth = 1 THEN base_weight ELSE 0 END AS part, zh, en
FROM ordered
UNION ALL
SELECT party_type, party_id, scheme, family, more_fact AS fact, ref_id, p, '' AS benign_tags,
       weight - base_weight AS part, more_zh AS zh, more_en AS en
FROM ordered
WHERE nth = 1 AND more_fact <> '' AND weight > base_weight
