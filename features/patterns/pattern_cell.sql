/*---
name: pattern_cell
zh: 情形集中度
says: one party and pattern - cases, how many show it, how many its peers' rate would give, and how sure the excess is
key: [pattern, party_type, party_id]
reads: [pattern_case, facility, pattern_owner]
keep: true
---*/
-- Peers: a place is compared with other places of its level and kind (all places where those have under 200
-- cases), a doctor with doctors everywhere or (scope place) with colleagues at the same place, a person
-- with everybody; always without the party's own cases. Many cases of one person count as three at most.
-- The odds weigh 4, 12 or 40 times the peers' rate against the rate itself, honest rates varying by a
-- gamma of shape 1.5; prior .03.
WITH placed AS (
  SELECT c.*, COALESCE(f.party_type, 'institution') AS place_type,
         concat_text(COALESCE(f.party_type, 'institution'), '|', text_or(f.level_rank, '-'), '|', text_or(f.medins_type, '-')) AS place_group
  FROM pattern_case AS c LEFT JOIN facility AS f ON f.fixmedins_code = c.fixmedins_code
),
owned AS (
  SELECT p.pattern, p.place_type AS party_type, p.fixmedins_code AS party_id, p.place_group AS peer_group, p.psn_no, p.shown, p.amount, p.day
  FROM placed AS p LEFT SEMI JOIN pattern_owner AS o ON o.pattern = p.pattern AND o.party_type = p.place_type
  WHERE p.fixmedins_code IS NOT NULL
  UNION ALL
  SELECT p.pattern, 'doctor' AS party_type, p.dr_code AS party_id,
         CASE WHEN o.scope = 'place' THEN p.fixmedins_code ELSE 'doctor' END AS peer_group, p.psn_no, p.shown, p.amount, p.day
  FROM placed AS p INNER JOIN pattern_owner AS o ON o.pattern = p.pattern AND o.party_type = 'doctor'
  WHERE p.dr_code IS NOT NULL
  UNION ALL
  SELECT p.pattern, 'person' AS party_type, p.psn_no AS party_id, 'person' AS peer_group, p.psn_no, p.shown, p.amount, p.day
  FROM placed AS p INNER JOIN pattern_owner AS o ON o.pattern = p.pattern AND o.party_type = 'person' AND o.scope = 'own'
),
by_person AS (
  SELECT pattern, party_type, party_id, MAX(peer_group) AS peer_group, psn_no, COUNT(*) AS n, rows_where(shown) AS o,
         SUM(CASE WHEN shown THEN amount ELSE as_money(0) END) AS amount,
         MIN(CASE WHEN shown THEN day END) AS first_day, MAX(CASE WHEN shown THEN day END) AS last_day
  FROM owned GROUP BY pattern, party_type, party_id, psn_no
),
cell AS (
  SELECT pattern, party_type, party_id, MAX(peer_group) AS peer_group, SUM(n) AS n, SUM(o) AS n_shown,
         SUM(CASE WHEN party_type = 'person' THEN o ELSE smaller_of(o, 3) END) AS o, rows_where(o > 0) AS persons,
         SUM(amount) AS amount, MIN(first_day) AS first_day, MAX(last_day) AS last_day
  FROM by_person GROUP BY pattern, party_type, party_id
),
pooled AS (
  SELECT c.*, SUM(c.o) OVER (PARTITION BY c.pattern, c.party_type) AS pooled_o,
         SUM(c.n) OVER (PARTITION BY c.pattern, c.party_type) AS pooled_n
  FROM cell AS c
),
-- What stands far above the pool sets no standard for the others: several crooked places would hide each other.
trimmed AS (
  SELECT p.*, CASE WHEN p.o >= 5 AND as_number(p.o) > times(3, safe_ratio(times(p.n, p.pooled_o), p.pooled_n)) THEN 0 ELSE p.n END AS peer_cases,
         CASE WHEN p.o >= 5 AND as_number(p.o) > times(3, safe_ratio(times(p.n, p.pooled_o), p.pooled_n)) THEN 0 ELSE p.o END AS peer_shown
  FROM pooled AS p
),
grouped AS (
  SELECT c.*,
         SUM(c.peer_cases) OVER (PARTITION BY c.pattern, c.party_type, c.peer_group) - c.peer_cases AS group_n,
         SUM(c.peer_shown) OVER (PARTITION BY c.pattern, c.party_type, c.peer_group) - c.peer_shown AS group_o,
         COUNT(*) OVER (PARTITION BY c.pattern, c.party_type, c.peer_group) AS group_parties,
         SUM(c.peer_cases) OVER (PARTITION BY c.pattern, c.party_type) - c.peer_cases AS all_n,
         SUM(c.peer_shown) OVER (PARTITION BY c.pattern, c.party_type) - c.peer_shown AS all_o,
         COUNT(*) OVER (PARTITION BY c.pattern, c.party_type) AS all_parties
  FROM trimmed AS c
),
expected AS (
  SELECT g.*, as_number(g.o) AS seen,
         CASE WHEN g.group_n >= 200 THEN g.peer_group ELSE 'all' END AS compared_with,
         CASE WHEN g.group_n >= 200 THEN g.group_parties ELSE g.all_parties END AS peer_n,
         greater_of(CASE WHEN g.group_n >= 200
                         THEN safe_ratio(times(g.n, g.group_o + 0.5), g.group_n)
                         ELSE safe_ratio(times(g.n, g.all_o + 0.5), greater_of(g.all_n, 1)) END, 0.02) AS e
  FROM grouped AS g
  WHERE g.o > 0
)
SELECT pattern, party_type, party_id, compared_with, peer_n, n, n_shown, o, persons, amount, first_day, last_day,
       round_to(e, 6) AS e,
       round_to(excess_probability(seen, e), 6) AS p_excess,
       -- What of the cases honest chance does not explain, twice the peers' rate allowed.
       round_to(greater_of(1 - safe_ratio(times(2, e), seen), 0), 6) AS share
FROM expected
