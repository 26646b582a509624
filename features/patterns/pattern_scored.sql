/*---
name: pattern_scored
zh: 情形评分
says: one party and pattern with the probability that its cases are more than peers explain; a person through own cases at such a place or under such a doctor
key: [pattern, party_type, party_id]
reads: [pattern_cell, pattern_case, pattern_owner]
keep: true
---*/
-- A person: P(the place's excess is real) × P(at least one own case belongs to it). Own cases make the row,
-- the place only says how likely they are part of something.
WITH drawn AS (
  SELECT c.pattern, c.psn_no, p.party_type AS via_type, p.party_id AS via_id, p.p_excess, p.share, p.compared_with, p.peer_n,
         COUNT(*) AS k, as_money(SUM(c.amount)) AS amount, MIN(c.day) AS first_day, MAX(c.day) AS last_day
  FROM pattern_case AS c
  INNER JOIN pattern_cell AS p ON p.pattern = c.pattern AND p.p_excess >= 0.3
         AND ((p.party_type IN ('institution', 'pharmacy') AND p.party_id = c.fixmedins_code) OR (p.party_type = 'doctor' AND p.party_id = c.dr_code))
  INNER JOIN pattern_owner AS o ON o.pattern = c.pattern AND o.party_type = 'person' AND o.scope = 'place'
  WHERE c.shown
  GROUP BY c.pattern, c.psn_no, p.party_type, p.party_id, p.p_excess, p.share, p.compared_with, p.peer_n
),
person AS (
  SELECT d.*, round_to(times(d.p_excess, 1 - exponential(times(d.k, natural_log(1 - times(0.8, d.share))))), 6) AS p FROM drawn AS d
),
ranked AS (
  SELECT p.*, ROW_NUMBER() OVER (PARTITION BY p.pattern, p.psn_no ORDER BY p.p DESC, p.via_type, p.via_id) AS nth FROM person AS p
)
SELECT c.pattern, c.party_type, c.party_id, c.p_excess AS p, c.compared_with, c.peer_n, c.n, c.n_shown, c.persons, c.e,
       c.amount, c.first_day, c.last_day, CAST(NULL AS STRING) AS via_type, CAST(NULL AS STRING) AS via_id
FROM pattern_cell AS c
WHERE c.p_excess >= 0.05 AND (c.party_type = 'person' OR c.persons >= 2)
UNION ALL
SELECT r.pattern, 'person' AS party_type, r.psn_no AS party_id, r.p, r.compared_with, r.peer_n, r.k AS n, r.k AS n_shown, 1 AS persons,
       CAST(NULL AS DOUBLE) AS e, r.amount, r.first_day, r.last_day, r.via_type, r.via_id
FROM ranked AS r
WHERE r.nth = 1 AND r.p >= 0.05
