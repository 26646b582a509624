/*---
name: lead_probability
zh: 线索概率
says: one candidate lead with its probability - the ratios of its families on top of the prior, read off the calibration table
key: [party_type, party_id, scheme]
reads: [finding_ratio, lead_prior, lead_calibration]
keep: true
---*/
-- Inside a scheme facts test one hypothesis: their log likelihood ratios add up, the strongest in full, further
-- ones in part, since detectors read partly the same records (models/calibration.py does the same).
WITH added AS (
  SELECT party_type, party_id, scheme, SUM(ratio) AS ratio, MAX(ratio) AS strongest
  FROM finding_ratio GROUP BY party_type, party_id, scheme
),
said AS (
  SELECT a.party_type, a.party_id, a.scheme, a.ratio, n.most_log_odds,
         n.log_odds + safe_ratio(times(1 - n.further, a.strongest) + times(n.further, a.ratio), 1000000) AS evidence
  FROM added AS a CROSS JOIN lead_prior AS n
),
measured AS (
  SELECT s.*, smaller_of(c.log_odds + times(c.slope, s.evidence - c.at), s.most_log_odds) AS log_odds
  FROM said AS s
  INNER JOIN lead_calibration AS c ON s.evidence >= c.from_log_odds AND s.evidence < c.to_log_odds
)
-- −ln(1 − p) = ln(1 + odds), in millionths.
SELECT party_type, party_id, scheme, ratio, round_to(evidence, 6) AS evidence,
       as_whole(round_to(times(1000000, natural_log(1 + exponential(log_odds))), 0)) AS weight,
       round_to(safe_ratio(exponential(log_odds), 1 + exponential(log_odds)), 6) AS p
FROM measured
