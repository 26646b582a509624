/*---
name: association_tie
zh: 关联
says: one party in one group it shares with others - a ring no benign tag explains, or the cases of one pattern at one place - with its share of the group and the group's share of it; groups of more than a hundred say nothing
key: [party_type, party_id, group_id]
reads: [ring, ring_member, pattern_event, fixmedins_b, lead_kind, lead_model]
keep: true
---*/
WITH kind AS (
  SELECT kind, MIN(zh) AS zh, MIN(en) AS en FROM lead_kind GROUP BY kind
),
model AS (
  SELECT model, MIN(zh) AS zh, MIN(en) AS en FROM lead_model GROUP BY model
),
cases AS (
  SELECT e.pattern, e.fixmedins_code, e.psn_no, e.dr_code, concat_text(e.pattern, '@', e.fixmedins_code) AS group_id
  FROM pattern_event AS e WHERE e.fixmedins_code IS NOT NULL
),
told AS (
  SELECT m.party_type, m.party_id, m.ring_id AS group_id, k.zh, k.en,
         as_whole(round_to(times(1000, greater_of(COALESCE(m.weight, 1), 0.1)), 0)) AS weight
  FROM ring_member AS m
  INNER JOIN ring AS r ON r.ring_id = m.ring_id
  INNER JOIN kind AS k ON k.kind = r.kind
  WHERE list_length(r.benign_tags) = 0 AND m.role NOT IN ('customer', 'source')
  UNION ALL
  SELECT 'person' AS party_type, c.psn_no AS party_id, c.group_id, m.zh, m.en, 1000 AS weight
  FROM cases AS c INNER JOIN model AS m ON m.model = c.pattern WHERE c.psn_no IS NOT NULL
  UNION ALL
  SELECT 'doctor' AS party_type, c.dr_code AS party_id, c.group_id, m.zh, m.en, 1000 AS weight
  FROM cases AS c INNER JOIN model AS m ON m.model = c.pattern WHERE c.dr_code IS NOT NULL
  UNION ALL
  SELECT 'institution' AS party_type, c.fixmedins_code AS party_id, c.group_id, m.zh, m.en, 1000 AS weight
  FROM cases AS c INNER JOIN model AS m ON m.model = c.pattern
),
once AS (
  SELECT CASE WHEN t.party_type = 'institution' AND f.fixmedins_type = '2' THEN 'pharmacy' ELSE t.party_type END AS party_type,
         t.party_id, t.group_id, MIN(t.zh) AS zh, MIN(t.en) AS en, MAX(t.weight) AS weight
  FROM told AS t LEFT JOIN fixmedins_b AS f ON f.fixmedins_code = t.party_id
  GROUP BY CASE WHEN t.party_type = 'institution' AND f.fixmedins_type = '2' THEN 'pharmacy' ELSE t.party_type END,
           t.party_id, t.group_id
),
sized AS (
  SELECT o.*, COUNT(*) OVER (PARTITION BY o.group_id) AS n_party FROM once AS o
)
SELECT s.party_type, s.party_id, s.group_id, s.zh, s.en, s.n_party,
       safe_ratio(s.weight, SUM(s.weight) OVER (PARTITION BY s.group_id)) AS share_of_group,
       safe_ratio(s.weight, SUM(s.weight) OVER (PARTITION BY s.party_type, s.party_id)) AS share_of_party
FROM sized AS s WHERE s.n_party BETWEEN 2 AND 100
