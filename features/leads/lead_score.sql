/*---
name: lead_score
zh: 线索依据之评分
says: one score of 5 % or more with the scheme it hints at and how far a statistic alone is to be trusted
key: [party_type, party_id, model]
reads: [score, lead_model]
keep: true
---*/
SELECT s.party_type, s.party_id, s.model, s.model_ver, s.period, s.score, s.peer_group, s.peer_n, s.percentile,
       m.family, m.scheme, COALESCE(s.excess_amt, 0) AS excess_amt, s.p AS p_statistic,
       round_to(times(s.p, m.precision), 6) AS p, m.own, s.reasons, m.zh, m.en
FROM score AS s
INNER JOIN lead_model AS m ON m.model = s.model AND m.party_type = s.party_type
WHERE s.p >= 0.05
