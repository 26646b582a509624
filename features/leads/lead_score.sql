/*---
name: lead_score
zh: 线索依据之评分
says: one score of 5 % or more with the scheme it hints at and how far a statistic alone is to be trusted
key: [party_type, party_id, model]
reads: [score, lead_model, pattern_event, lead_home]
keep: true
---*/
-- A home's doctor writes for all residents at once and the home fetches it, months ahead: who lives in one has the tag
-- and a twentieth of the probability, unless early refills come from more than three places: no home buys like that.
-- Cheap drugs lie about in every house; hoarding pays where they are worth something: 300 yuan halve the probability.
WITH few_places AS (
  SELECT psn_no, pattern FROM pattern_event WHERE pattern = 'early_refill' GROUP BY psn_no, pattern HAVING COUNT(DISTINCT fixmedins_code) <= 3
),
bought_for AS (
  SELECT 'person' AS party_type, o.psn_no AS party_id, o.pattern AS model, 'nursing_home' AS benign_tags
  FROM few_places AS o LEFT SEMI JOIN lead_home AS h ON h.psn_no = o.psn_no
),
trusted AS (
  SELECT s.*, COALESCE(b.benign_tags, '') AS benign_tags,
         times(CASE WHEN b.party_id IS NULL THEN 1e0 ELSE 0.05e0 END,
               CASE WHEN s.model = 'early_refill' THEN safe_ratio(COALESCE(s.excess_amt, 0), COALESCE(s.excess_amt, 0) + 300) ELSE 1e0 END)
           AS share
  FROM score AS s
  LEFT JOIN bought_for AS b ON b.party_type = s.party_type AND b.party_id = s.party_id AND b.model = s.model
  WHERE s.p >= 0.05
)
SELECT s.party_type, s.party_id, s.model, s.model_ver, s.period, s.score, s.peer_group, s.peer_n, s.percentile,
       m.family, m.scheme, COALESCE(s.excess_amt, 0) AS excess_amt, s.p AS p_statistic,
       round_to(times(times(s.p, m.precision), s.share), 6) AS p, round_to(times(m.own, s.share), 6) AS own,
       s.benign_tags, s.reasons, m.zh, m.en
FROM trusted AS s
INNER JOIN lead_model AS m ON m.model = s.model AND m.party_type = s.party_type
