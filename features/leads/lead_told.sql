/*---
name: lead_told
zh: 线索理由
says: one listed lead with its reasons as JSON, strongest first, parts adding up to −ln(1 − p)
key: [lead_id]
reads: [lead_named, reason]
keep: true
---*/
WITH ordered AS (
  SELECT l.lead_id, r.family, r.fact, r.ref_id, r.part, r.ratio, r.zh, r.en,
         ROW_NUMBER() OVER (PARTITION BY l.lead_id ORDER BY r.part DESC, r.family, r.fact, r.ref_id) AS nth
  FROM lead_named AS l
  INNER JOIN reason AS r ON r.party_type = l.party_type AND r.party_id = l.party_id AND r.scheme = l.scheme
),
split AS (
  SELECT o.*, round_down(safe_ratio(o.part, 1000000)) AS whole, round_down(safe_ratio(o.ratio, 1000000)) AS whole_ratio FROM ordered AS o WHERE o.nth <= 20
),
told AS (
  SELECT s.lead_id,
         evidence('order', part_of_text(as_text(100 + s.nth), 2, 2), 'family', s.family, 'fact', s.fact, 'ref', s.ref_id,
                  'ratio', concat_text(s.whole_ratio, '.', part_of_text(as_text(as_whole(1000000 + s.ratio - times(s.whole_ratio, 1000000))), 2, 6)),
                  'part', concat_text(s.whole, '.', part_of_text(as_text(as_whole(1000000 + s.part - times(s.whole, 1000000))), 2, 6)),
                  'zh', s.zh, 'en', s.en) AS text
  FROM split AS s
),
drawn AS (
  SELECT lead_id, evidence('order', '99', 'family', 'random', 'fact', 'draw', 'part', '0.000000',
                           'propensity', as_money(times(propensity, 100)),
                           'zh', concat_text('按散列随机抽入探索队列，抽中概率约', as_money(times(propensity, 100)), '%'),
                           'en', concat_text('drawn by hash into the exploration queue with about ',
                                             as_money(times(propensity, 100)), ' % propensity')) AS text
  FROM lead_named WHERE propensity IS NOT NULL
),
tied AS (
  SELECT lead_id, evidence('order', '98', 'family', 'association', 'fact', 'tie:confirmed', 'ref', association_lead,
                           'ratio', '0.000000', 'part', '0.000000',
                           'zh', concat_text('关联提示（只影响排序，不是本对象的证据）：', association_zh, ' → 本对象'),
                           'en', concat_text('a tie (moves the rank only, no evidence against this party): ',
                                             association_en, ' → this party')) AS text
  FROM lead_named WHERE association >= 0.05
)
SELECT lead_id, concat_text('[', join_texts(sorted_texts(text), ','), ']') AS reasons
FROM (SELECT lead_id, text FROM told UNION ALL SELECT lead_id, text FROM drawn
      UNION ALL SELECT lead_id, text FROM tied) AS texts
GROUP BY lead_id
