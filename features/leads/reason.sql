/*---
name: reason
zh: 理由
says: one reason of one candidate lead with its log likelihood ratio and its exact share of −ln(1 − p), both in millionths
key: [party_type, party_id, scheme, family, fact, ref_id]
reads: [finding_ratio, lead_probability]
keep: true
---*/
-- −ln(1 − p) is shared in proportion to the ratios; rounding a running sum leaves nothing over.
WITH told AS (
  SELECT party_type, party_id, scheme, family, fact, ref_id, p, benign_tags, smaller_of(ratio, base_ratio) AS ratio, zh, en
  FROM finding_ratio
  UNION ALL
  SELECT party_type, party_id, scheme, family, more_fact AS fact, ref_id, p, '' AS benign_tags,
         ratio - base_ratio AS ratio, more_zh AS zh, more_en AS en
  FROM finding_ratio WHERE more_fact <> '' AND ratio > base_ratio
),
running AS (
  SELECT t.*, l.weight, greater_of(l.ratio, 1) AS whole,
         SUM(t.ratio) OVER (PARTITION BY t.party_type, t.party_id, t.scheme ORDER BY t.ratio, t.family, t.fact, t.ref_id
                            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS so_far
  FROM told AS t
  INNER JOIN lead_probability AS l ON l.party_type = t.party_type AND l.party_id = t.party_id AND l.scheme = t.scheme
)
SELECT party_type, party_id, scheme, family, fact, ref_id, p, benign_tags, ratio, zh, en,
       as_whole(round_to(safe_ratio(times(weight, so_far), whole), 0))
         - as_whole(round_to(safe_ratio(times(weight, so_far - ratio), whole), 0)) AS part
FROM running
