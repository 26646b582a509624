/*---
name: association
zh: 与已查实对象的关联
says: one party that confirmed cases reach through groups it shares, in one step or two - what it moves a lead's rank by, and the path in words; never an accusation of its own
key: [party_type, party_id]
reads: [association_tie, confirmed_case]
keep: true
---*/
-- A walk that starts at the confirmed cases: each party passes on to its groups by its shares, each group to its
-- members, half is lost at each step. `plain` is the same walk with as much mass spread over all parties alike: who
-- is met by everybody is met by the confirmed too. Masses are whole billionths, so that sums are exact.
WITH seed AS (
  SELECT party_type, party_id, MIN(lead_id) AS lead_id FROM confirmed_case GROUP BY party_type, party_id
),
met AS (
  SELECT t.party_type, t.party_id, MIN(s.lead_id) AS lead_id
  FROM association_tie AS t
  LEFT JOIN seed AS s ON s.party_type = t.party_type AND s.party_id = t.party_id
  GROUP BY t.party_type, t.party_id
),
everyone AS (
  SELECT safe_ratio(rows_where(lead_id IS NOT NULL), COUNT(*)) AS level FROM met
),
group_one AS (
  SELECT t.group_id, MIN(m.lead_id) AS lead_id,
         SUM(CASE WHEN m.lead_id IS NULL THEN 0 ELSE as_whole(round_to(times(1000000000, t.share_of_party), 0)) END) AS mass,
         SUM(as_whole(round_to(times(times(1000000000, t.share_of_party), e.level), 0))) AS plain
  FROM association_tie AS t
  INNER JOIN met AS m ON m.party_type = t.party_type AND m.party_id = t.party_id
  CROSS JOIN everyone AS e
  GROUP BY t.group_id
),
reached_one AS (
  SELECT t.party_type, t.party_id, t.zh, t.en, t.n_party, g.lead_id, t.group_id,
         as_whole(round_to(times(times(0.5, g.mass), t.share_of_group), 0)) AS mass,
         as_whole(round_to(times(times(0.5, g.plain), t.share_of_group), 0)) AS plain
  FROM association_tie AS t INNER JOIN group_one AS g ON g.group_id = t.group_id
),
party_one AS (
  SELECT party_type, party_id, SUM(mass) AS mass, SUM(plain) AS plain FROM reached_one GROUP BY party_type, party_id
),
path_one AS (
  SELECT party_type, party_id, lead_id,
         concat_text('已查实线索', lead_id, '的对象 → ', zh, '（', n_party, '个对象）') AS zh,
         concat_text('the party of confirmed lead ', lead_id, ' → ', en, ' (', n_party, ' parties)') AS en
  FROM (SELECT r.*, ROW_NUMBER() OVER (PARTITION BY r.party_type, r.party_id ORDER BY r.mass DESC, r.group_id) AS nth
        FROM reached_one AS r WHERE r.mass > 0) AS o WHERE nth = 1
),
passed_on AS (
  SELECT t.group_id, t.party_type, t.party_id,
         as_whole(round_to(times(p.mass, t.share_of_party), 0)) AS mass,
         as_whole(round_to(times(p.plain, t.share_of_party), 0)) AS plain
  FROM association_tie AS t
  INNER JOIN party_one AS p ON p.party_type = t.party_type AND p.party_id = t.party_id
),
group_two AS (
  SELECT group_id, SUM(mass) AS mass, SUM(plain) AS plain FROM passed_on GROUP BY group_id
),
-- By whom most of it came into the group: the middle of the path.
middle AS (
  SELECT o.group_id, h.lead_id, h.zh, h.en
  FROM (SELECT p.*, ROW_NUMBER() OVER (PARTITION BY p.group_id ORDER BY p.mass DESC, p.party_type, p.party_id) AS nth
        FROM passed_on AS p WHERE p.mass > 0) AS o
  INNER JOIN path_one AS h ON h.party_type = o.party_type AND h.party_id = o.party_id
  WHERE o.nth = 1
),
reached_two AS (
  SELECT t.party_type, t.party_id, t.zh, t.en, t.n_party, t.group_id,
         as_whole(round_to(times(times(0.5, g.mass), t.share_of_group), 0)) AS mass,
         as_whole(round_to(times(times(0.5, g.plain), t.share_of_group), 0)) AS plain
  FROM association_tie AS t INNER JOIN group_two AS g ON g.group_id = t.group_id
),
party_two AS (
  SELECT party_type, party_id, SUM(mass) AS mass, SUM(plain) AS plain FROM reached_two GROUP BY party_type, party_id
),
path_two AS (
  SELECT o.party_type, o.party_id, m.lead_id,
         concat_text(m.zh, ' → 同组另一对象 → ', o.zh, '（', o.n_party, '个对象）') AS zh,
         concat_text(m.en, ' → another of its members → ', o.en, ' (', o.n_party, ' parties)') AS en
  FROM (SELECT r.*, ROW_NUMBER() OVER (PARTITION BY r.party_type, r.party_id ORDER BY r.mass DESC, r.group_id) AS nth
        FROM reached_two AS r WHERE r.mass > 0) AS o
  INNER JOIN middle AS m ON m.group_id = o.group_id
  WHERE o.nth = 1
),
walked AS (
  SELECT t.party_type, t.party_id, COALESCE(o.mass, 0) + t.mass AS mass, COALESCE(o.plain, 0) + t.plain AS plain
  FROM party_two AS t
  LEFT JOIN party_one AS o ON o.party_type = t.party_type AND o.party_id = t.party_id
)
SELECT w.party_type, w.party_id, COALESCE(a.lead_id, b.lead_id) AS lead_id, COALESCE(a.zh, b.zh) AS zh, COALESCE(a.en, b.en) AS en,
       -- At most .8 of log odds: how much arrives, and how much of it is owed to the confirmed.
       round_to(times(times(0.8, safe_ratio(w.mass, w.mass + w.plain)), safe_ratio(w.mass, w.mass + 100000000)), 6) AS bonus
FROM walked AS w
LEFT JOIN path_one AS a ON a.party_type = w.party_type AND a.party_id = w.party_id
LEFT JOIN path_two AS b ON b.party_type = w.party_type AND b.party_id = w.party_id
LEFT ANTI JOIN seed AS s ON s.party_type = w.party_type AND s.party_id = w.party_id
WHERE w.mass > 0 AND COALESCE(a.lead_id, b.lead_id) IS NOT NULL
