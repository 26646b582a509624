/*---
name: finding_rule
zh: 规则发现
says: one party and one rule - how often it was hit, how often its peers' rate leads to expect, and the probability that something is wrong
key: [party_type, party_id, scheme, rule_code]
reads: [lead_hit, lead_party]
keep: true
---*/
-- Hits of sex and age limits that all name one and the same item look like a wrong code in the place's list
-- (published false alarms): demoted, and said so.
-- p is the smaller of two: that so many hits are more than noise (gamma–Poisson odds of 4, 12 or 40 times
-- the peers' rate, own hits left out, against the peers' rate itself), and that at least one hit is right
-- (1 − (1 − precision)^n, at most 3.2 × precision: hits of one party share one cause, such as a wrong code
-- mapping, so many hits of an unsure rule do not make it sure). A big hospital with as many hits as its
-- size explains stays low.
WITH counted AS (
  SELECT party_type, party_id, scheme, rule_code, MAX(precision) AS precision, MAX(CASE WHEN own THEN 1 ELSE 0 END) AS own,
         COUNT(*) AS n_hit, COUNT(DISTINCT event_id) AS n_event, SUM(amount) AS amount, MIN(day) AS first_date,
         MAX(day) AS last_date,
         CASE WHEN scheme = 'T28' AND COUNT(*) >= 3 AND COUNT(DISTINCT reason_zh) = 1 THEN TRUE ELSE FALSE END AS one_item,
         MIN(reason_zh) AS reason_zh, MIN(reason_en) AS reason_en, MIN(basis) AS basis,
         rows_where(result = 'violation' AND own AND amount > 0) AS n_violation,
         rows_where(result = 'violation' AND own AND verified AND amount > 0) AS n_verified
  FROM lead_hit GROUP BY party_type, party_id, scheme, rule_code
),
everyone AS (
  SELECT party_type, SUM(exposure) AS exposure FROM lead_party GROUP BY party_type
),
everywhere AS (
  SELECT party_type, rule_code, SUM(n_event) AS n_event FROM counted GROUP BY party_type, rule_code
),
expected AS (
  SELECT c.*, as_number(c.n_event) AS o,
         greater_of(COALESCE(safe_ratio(times(greater_of(COALESCE(p.exposure, 1), 1), w.n_event - c.n_event + 0.5),
                                        e.exposure - COALESCE(p.exposure, 1)), 0.5), 0.002) AS e
  FROM counted AS c
  INNER JOIN everywhere AS w ON w.party_type = c.party_type AND w.rule_code = c.rule_code
  LEFT JOIN everyone AS e ON e.party_type = c.party_type
  LEFT JOIN lead_party AS p ON p.party_type = c.party_type AND p.party_id = c.party_id
),
read AS (
  SELECT y.*,
         excess_probability(o, e) AS p_excess,
         1 - exponential(times(o, natural_log(1 - precision))) AS p_count
  FROM expected AS y
)
SELECT r.party_type, r.party_id, r.scheme, r.rule_code, r.own, r.n_hit, r.n_event, r.amount, r.first_date, r.last_date,
       r.reason_zh, r.reason_en, r.basis, r.n_violation, r.n_verified, round_to(r.e, 3) AS expected,
       round_to(r.precision, 6) AS precision, round_to(r.p_excess, 6) AS p_excess,
       r.one_item,
       round_to(times(CASE WHEN r.one_item THEN 0.4 ELSE 1 END,
                      smaller_of(r.p_excess, r.p_count, times(3.2, r.precision), 0.95)), 6) AS p
FROM read AS r
