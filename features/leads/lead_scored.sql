/*---
name: lead_scored
zh: 线索评分
says: one candidate lead with p_confirm, its facts, money so far, queue, and its place in that queue
key: [lead_key]
reads: [reason, lead_probability, association, finding, lead_party, lead_scheme, lead_setting]
keep: true
---*/
WITH added AS (
  SELECT party_type, party_id, scheme,
         -- General comparisons read the same numbers in three ways: one fact.
         COUNT(DISTINCT CASE WHEN part > 0 THEN CASE WHEN family IN ('peers', 'anomaly') THEN 'peers' ELSE fact END END) AS n_fact,
         COUNT(DISTINCT CASE WHEN part > 0 THEN family END) AS n_family
  FROM reason GROUP BY party_type, party_id, scheme
),
leading AS (
  SELECT party_type, party_id, scheme, family FROM (
    SELECT party_type, party_id, scheme, family,
           ROW_NUMBER() OVER (PARTITION BY party_type, party_id, scheme ORDER BY p DESC, family, fact, ref_id) AS nth
    FROM finding
  ) AS o WHERE nth = 1
),
found AS (
  SELECT party_type, party_id, scheme, MIN(first_date) AS first_date, MAX(last_date) AS last_date,
         SUM(n_violation) AS n_violation, SUM(n_verified) AS n_verified, MAX(basis) AS basis,
         SUM(CASE WHEN family = 'rule' THEN amount ELSE 0 END)
           + COALESCE(MAX(CASE WHEN family IN ('ring', 'conduct') THEN amount END), 0) AS amount,
         MAX(excess_amt) AS excess_amt, MIN(concat_text(first_date, fact, ref_id)) AS first_evidence,
         MAX(CASE WHEN starts_with_text(fact, 'ring:') THEN ref_id ELSE '' END) AS ring_id,
         MAX(benign_tags) AS benign_tags, COUNT(*) AS n_finding
  FROM finding GROUP BY party_type, party_id, scheme
),
joined AS (
  SELECT a.party_type, a.party_id, a.scheme, p.party_name, b.evidence, b.p AS p_found, a.n_fact, a.n_family, l.family, f.first_date, f.last_date,
         f.n_violation, f.n_verified, COALESCE(f.basis, s.basis, d.basis) AS basis, f.amount,
         COALESCE(f.excess_amt, 0) AS excess_amt, f.first_evidence, f.ring_id, f.benign_tags, f.n_finding,
         COALESCE(s.route, d.route) AS route, COALESCE(s.collect_zh, d.collect_zh) AS collect_zh,
         COALESCE(s.collect_en, d.collect_en) AS collect_en, COALESCE(s.hours, d.hours) AS hours,
         COALESCE(p.n_flagged, 0) AS n_flagged, COALESCE(p.exposure, 0) AS exposure,
         COALESCE(c.bonus, 0) AS association, c.lead_id AS association_lead, c.zh AS association_zh, c.en AS association_en
  FROM added AS a
  INNER JOIN found AS f ON f.party_type = a.party_type AND f.party_id = a.party_id AND f.scheme = a.scheme
  INNER JOIN lead_probability AS b ON b.party_type = a.party_type AND b.party_id = a.party_id AND b.scheme = a.scheme
  INNER JOIN leading AS l ON l.party_type = a.party_type AND l.party_id = a.party_id AND l.scheme = a.scheme
  LEFT JOIN association AS c ON c.party_type = a.party_type AND c.party_id = a.party_id
  LEFT JOIN lead_party AS p ON p.party_type = a.party_type AND p.party_id = a.party_id
  LEFT JOIN lead_scheme AS s ON s.scheme = a.scheme
  CROSS JOIN (SELECT * FROM lead_scheme WHERE scheme = '*') AS d
),
queued AS (
  SELECT j.*,
         CASE WHEN j.n_fact >= 2 AND j.p_found >= 0.5 THEN 'investigate'
              WHEN j.n_violation > 0 THEN 'recover'
              WHEN j.n_fact >= 2 AND j.p_found >= t.least_p THEN 'investigate'
              ELSE 'explore' END AS queue,
         round_to(smaller_of(j.hours + times(0.05, j.n_finding) + times(0.02, j.n_violation), 40), 2) AS effort_hours
  FROM joined AS j CROSS JOIN lead_setting AS t
),
valued AS (
  SELECT q.*,
         -- A violation that a verified rule found is money to ask back, whatever its rate.
         CASE WHEN q.queue = 'recover' AND q.n_verified > 0 THEN greater_of(q.p_found, 0.9)
              WHEN q.queue = 'recover' THEN greater_of(q.p_found, 0.7) ELSE q.p_found END AS p_confirm,
         CASE WHEN q.exposure > 0 THEN safe_ratio(q.n_flagged, q.exposure) ELSE 0 END AS flagged_share,
         safe_ratio(q.amount + q.excess_amt, q.effort_hours) AS yuan_per_hour
  FROM queued AS q
),
scored AS (
  SELECT v.*,
         -- Odds of being confirmed dominate, up to .97 (log odds 3.476099): beyond, more money is worth more
         -- than more certainty. Money per hour moves a lead among its likes; bad data demote; ties to confirmed cases lift
         -- the place in the list, never the probability.
         round_to(smaller_of(natural_log(safe_ratio(greater_of(v.p_confirm, 0.000001), 1 - v.p_confirm)), 3.476099e0)
                  + times(CASE WHEN v.queue = 'recover' THEN 1 ELSE 0.4 END,
                          natural_log(1 + safe_ratio(greater_of(v.yuan_per_hour, 0), 100)))
                  - times(2, v.flagged_share) + v.association, 6) AS plain_score
  FROM valued AS v
),
diverse AS (
  SELECT s.*,
         ROW_NUMBER() OVER (PARTITION BY s.queue, s.party_type, s.party_id
                            ORDER BY s.plain_score DESC, s.scheme) AS nth_of_party,
         ROW_NUMBER() OVER (PARTITION BY s.queue, CASE WHEN s.ring_id = '' THEN concat_text(s.party_type, s.party_id)
                                                       ELSE s.ring_id END
                            ORDER BY s.plain_score DESC, s.party_type, s.party_id, s.scheme) AS nth_of_ring
  FROM scored AS s
)
SELECT text_hash(d.party_type, d.party_id, d.scheme) AS lead_key, d.*,
       round_to(d.plain_score - times(0.2, natural_log(d.nth_of_party)) - times(0.5, natural_log(d.nth_of_ring)), 6) AS score
FROM diverse AS d
