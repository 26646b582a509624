/*---
name: finding_ratio
zh: 发现的似然比
says: one detector's finding on one candidate lead with its log likelihood ratio in millionths - how far it lifts the log odds above those of a party nobody speaks of; inside a family only the strongest finding counts
key: [party_type, party_id, scheme, family, fact, ref_id]
reads: [finding, lead_trust, lead_shift, lead_prior]
keep: true
---*/
-- What measured worlds move the trust in a rule, kind of ring or model by (lead_shift) is added to its log odds.
WITH moved AS (
  SELECT f.*, times(1000000, COALESCE(t.multiplier, 1)) AS stretch,
         natural_log(safe_ratio(greater_of(f.p, 0.000001), greater_of(1 - f.p, 0.000001)))
           + (COALESCE(m.shift, 0) - n.log_odds) AS lift,
         natural_log(safe_ratio(greater_of(f.base, 0.000001), greater_of(1 - f.base, 0.000001)))
           + (COALESCE(m.shift, 0) - n.log_odds) AS base_lift
  FROM finding AS f
  CROSS JOIN lead_prior AS n
  LEFT JOIN lead_shift AS m ON m.fact = f.fact
  LEFT JOIN lead_trust AS t ON t.family = f.family
),
ordered AS (
  SELECT m.*,
         -- General comparisons read the same numbers in three ways: one family.
         ROW_NUMBER() OVER (PARTITION BY m.party_type, m.party_id, m.scheme,
                                         CASE WHEN m.family = 'anomaly' THEN 'peers' ELSE m.family END
                            ORDER BY round_to(m.lift, 6) DESC, m.family, m.fact, m.ref_id) AS nth
  FROM moved AS m
)
-- The champion of the ranker stretches all ratios of a family alike.
SELECT party_type, party_id, scheme, family, fact, ref_id, p, zh, en, more_fact, more_zh, more_en, benign_tags,
       CASE WHEN nth = 1 THEN as_whole(round_to(times(stretch, greater_of(lift, 0)), 0)) ELSE 0 END AS ratio,
       CASE WHEN nth = 1 THEN as_whole(round_to(times(stretch, greater_of(base_lift, 0)), 0)) ELSE 0 END AS base_ratio
FROM ordered
