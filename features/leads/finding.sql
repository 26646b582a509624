/*---
name: finding
zh: 发现
says: one detector's finding on one candidate lead - its family, the fact it rests on, its probability, and its words
key: [party_type, party_id, scheme, family, fact, ref_id]
reads: [lead_candidate, finding_rule, lead_ring, lead_score]
keep: true
---*/
-- `base` is what one row-level fact of this kind is worth; what lies above it is owed to repetition.
SELECT c.party_type, c.party_id, c.scheme, 'rule' AS family, concat_text('hit:', f.rule_code) AS fact,
       f.rule_code AS ref_id, f.p, smaller_of(f.p, f.precision) AS base, f.first_date, f.last_date, f.amount,
       CAST(NULL AS DECIMAL(16, 2)) AS excess_amt, f.n_violation, f.n_verified, f.basis,
       concat_text('疑点：规则', f.rule_code, '命中', f.n_hit, '次（', f.n_event, '次就诊或结算），涉及基金', f.amount,
                   '元；例：', f.reason_zh) AS zh,
       concat_text('rule ', f.rule_code, ' hit ', f.n_hit, ' times (', f.n_event, ' visits or settlements), fund yuan ',
                   f.amount, '; for example: ', f.reason_en) AS en,
       concat_text('rate:', f.rule_code) AS more_fact,
       concat_text('比同类集中：按同类水平约', as_money(f.expected), '次，实有', f.n_event, '次') AS more_zh,
       concat_text('more than peers: their rate gives about ', as_money(f.expected), ', found ', f.n_event) AS more_en,
       CASE WHEN f.one_item THEN '编码对应错误 code mapping' ELSE '' END AS benign_tags
FROM lead_candidate AS c
INNER JOIN finding_rule AS f ON f.party_type = c.party_type AND f.party_id = c.party_id AND f.scheme = c.scheme
UNION ALL
SELECT c.party_type, c.party_id, c.scheme, r.family, concat_text('ring:', r.kind) AS fact, r.ring_id AS ref_id,
       r.p, smaller_of(r.p, 0.5) AS base, r.first_date, r.last_date,
       prorate(r.fund_amt, 1, greater_of(r.n_persons, 1)) AS amount, CAST(NULL AS DECIMAL(16, 2)) AS excess_amt,
       0 AS n_violation, 0 AS n_verified, CAST(NULL AS STRING) AS basis,
       concat_text('疑点：', r.kind_zh, '（共', r.n_persons, '人），角色', r.role, '，涉及基金', r.fund_amt, '元') AS zh,
       concat_text(r.kind_en, ' (', r.n_persons, ' persons), role ', r.role, ', fund yuan ', r.fund_amt) AS en,
       concat_text('repeat:', r.kind) AS more_fact,
       concat_text(r.first_date, '至', r.last_date, '，涉及', r.n_institutions, '家机构；',
                   CASE WHEN r.p_chance IS NULL THEN concat_text('强度', as_money(r.score), '（0–100）')
                        ELSE concat_text('按偶然水平估算，每百夜约有', as_money(times(r.p_chance, 100)), '夜会出现同样强的团组') END) AS more_zh,
       concat_text(r.first_date, ' to ', r.last_date, ', ', r.n_institutions, ' institutions; ',
                   CASE WHEN r.p_chance IS NULL THEN concat_text('strength ', as_money(r.score), ' (0 to 100)')
                        ELSE concat_text('by chance alone a group this strong appears in about ',
                                         as_money(times(r.p_chance, 100)), ' of 100 nights') END) AS more_en,
       r.benign_tags
FROM lead_candidate AS c
INNER JOIN lead_ring AS r ON r.party_type = c.party_type AND r.party_id = c.party_id AND r.scheme = c.scheme
UNION ALL
SELECT c.party_type, c.party_id, c.scheme, s.family, concat_text('score:', s.model) AS fact, s.model AS ref_id,
       -- A general comparison supports a named scheme only a little.
       CASE WHEN s.scheme = c.scheme THEN s.p ELSE round_to(times(s.p, 0.3), 6) END AS p,
       CASE WHEN s.own > 0 THEN smaller_of(s.p, s.own) WHEN s.scheme = c.scheme THEN s.p ELSE round_to(times(s.p, 0.3), 6) END AS base,
       CAST(NULL AS DATE) AS first_date, CAST(NULL AS DATE) AS last_date,
       CASE WHEN s.own > 0 THEN s.excess_amt END AS amount, CASE WHEN s.own > 0 THEN CAST(NULL AS DECIMAL(16, 2)) ELSE s.excess_amt END AS excess_amt,
       0 AS n_violation, 0 AS n_verified, CAST(NULL AS STRING) AS basis,
       CASE WHEN s.own > 0 THEN concat_text('疑点：', s.zh, '（本对象自有结算，见证据明细）')
            ELSE concat_text('与同类相比异常：', s.zh, '；同类组', s.peer_group, '共', s.peer_n, '个，位于第',
                   as_whole(round_to(s.percentile, 0)), '百分位，统计上异常的可能约', as_whole(round_to(times(s.p_statistic, 100), 0)), '%') END AS zh,
       CASE WHEN s.own > 0 THEN concat_text(s.en, ' (settlements of its own: see the evidence)')
            ELSE concat_text('unlike its peers: ', s.en, '; peer group ', s.peer_group, ' of ', s.peer_n, ', percentile ',
                   as_whole(round_to(s.percentile, 0)), ', statistically unusual with about ',
                   as_whole(round_to(times(s.p_statistic, 100), 0)), ' %') END AS en,
       CASE WHEN s.own > 0 THEN concat_text('gathered:', s.model) ELSE '' END AS more_fact,
       CASE WHEN s.own > 0 THEN concat_text('此情形集中，同类水平难以解释（同类组', s.peer_group, '共', s.peer_n, '个），属于集中情形的可能约',
                   as_whole(round_to(times(s.p_statistic, 100), 0)), '%') ELSE '' END AS more_zh,
       CASE WHEN s.own > 0 THEN concat_text('such cases gather more than peers explain (group ', s.peer_group, ' of ', s.peer_n,
                   '); part of it with about ', as_whole(round_to(times(s.p_statistic, 100), 0)), ' %') ELSE '' END AS more_en,
       s.benign_tags
FROM lead_candidate AS c
INNER JOIN lead_score AS s ON s.party_type = c.party_type AND s.party_id = c.party_id
                          AND (s.scheme = c.scheme OR s.scheme = 'anomaly')
