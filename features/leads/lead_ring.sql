/*---
name: lead_ring
zh: 线索依据之团伙
says: one ring and one of its members whose part in it is a fact of its own, with the probability that it takes part
key: [ring_id, party_type, party_id]
reads: [ring, ring_member, fixmedins_b, lead_kind]
keep: true
---*/
-- How sure: not by chance, and not explained by a benign tag (dialysis, household, nursing home …). Where
-- no permutation was run, the score itself (0 to 100, half-way at 30 decades of surprise) is read.
-- Two or three who always come together, whoever stands beside them now and then, look like a carer with those
-- cared for (or a couple); a hand that swipes bundles of cards holds more of them.
WITH together AS (
  SELECT m.ring_id, r.kind = 'co_visit' AND rows_where(m.party_type = 'person' AND COALESCE(m.weight, 1) >= 0.5) <= 3 AS carer
  FROM ring_member AS m INNER JOIN ring AS r ON r.ring_id = m.ring_id GROUP BY m.ring_id, r.kind
),
member AS (
  SELECT m.ring_id, m.role, COALESCE(m.weight, 1) AS weight, m.party_id,
         CASE WHEN m.party_type = 'institution' AND f.fixmedins_type = '2' THEN 'pharmacy'
              ELSE m.party_type END AS party_type
  FROM ring_member AS m
  LEFT JOIN fixmedins_b AS f ON f.fixmedins_code = m.party_id
)
SELECT r.ring_id, r.kind, k.family, k.zh AS kind_zh, k.en AS kind_en, k.scheme, m.party_type, m.party_id, m.role, m.weight,
       r.score, r.p_chance, r.n_persons, r.n_institutions, r.first_date, r.last_date, r.fund_amt,
       CASE WHEN t.carer AND list_length(r.benign_tags) = 0 THEN 'carer'
            ELSE join_texts(r.benign_tags, '、') END AS benign_tags,
       round_to(smaller_of(
         -- A group that takes little has little reason: fifty yuan a head halve it.
         times(times(times(
           safe_ratio(COALESCE(r.fund_amt, 0), COALESCE(r.fund_amt, 0) + times(50, greater_of(r.n_persons, 1))),
           CASE WHEN t.carer OR list_length(r.benign_tags) > 0 THEN 0.05 ELSE k.precision END),
           CASE WHEN r.p_chance IS NULL THEN safe_ratio(r.score, r.score + 15) ELSE 1 - smaller_of(r.p_chance, 1) END),
           -- A place where people met may know nothing; the doctor who wrote and the shop that sold do.
           times(CASE WHEN m.party_type = 'person' OR m.role IN ('main', 'hub') OR r.kind = 'prescriber_pharmacy' THEN 1 ELSE 0.6 END,
                 0.6 + times(0.4, smaller_of(m.weight, 1)))), 0.95), 6) AS p
FROM ring AS r
INNER JOIN together AS t ON t.ring_id = r.ring_id
INNER JOIN member AS m ON m.ring_id = r.ring_id
INNER JOIN lead_kind AS k ON k.kind = r.kind AND k.party_type = m.party_type
-- Who only bought there, or sold a box first, has no part in what became of it.
WHERE m.role NOT IN ('customer', 'source')
