/*---
name: lead_listed
zh: 入列线索
says: one lead that is listed tonight, with its rank; of single-fact leads the likeliest, and some drawn by hash with their propensity
key: [lead_key]
reads: [lead_scored, lead_setting]
keep: true
---*/
WITH explored AS (
  SELECT s.*, ROW_NUMBER() OVER (PARTITION BY s.queue ORDER BY s.score DESC, s.lead_key) AS nth,
         COUNT(*) OVER (PARTITION BY s.queue) AS n_all,
         hash_fraction(concat_text(s.lead_key, t.as_of)) AS draw
  FROM lead_scored AS s CROSS JOIN lead_setting AS t
),
drawn AS (
  SELECT e.*, ROW_NUMBER() OVER (PARTITION BY e.queue, CASE WHEN e.nth <= t.explore_top THEN 1 ELSE 0 END
                                 ORDER BY e.draw, e.lead_key) AS nth_drawn
  FROM explored AS e CROSS JOIN lead_setting AS t
),
kept AS (
  SELECT d.*,
         CASE WHEN d.queue = 'explore' AND d.nth > t.explore_top
              THEN round_to(smaller_of(safe_ratio(t.explore_drawn, d.n_all - t.explore_top), 1), 6) END AS propensity
  FROM drawn AS d CROSS JOIN lead_setting AS t
  WHERE (d.queue = 'investigate' AND d.nth <= t.investigate)
     OR (d.queue = 'recover' AND d.nth <= t.recover)
     OR (d.queue = 'explore' AND (d.nth <= t.explore_top OR d.nth_drawn <= t.explore_drawn))
)
SELECT k.*, ROW_NUMBER() OVER (PARTITION BY k.queue ORDER BY k.score DESC, k.lead_key) AS rank
FROM kept AS k
