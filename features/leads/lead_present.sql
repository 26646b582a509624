/*---
name: lead_present
zh: 今夜线索
says: one listed lead as it is published - names, period, money, reasons, what was checked, what to collect, and what changed
key: [lead_id]
reads: [lead_named, lead_told, lead_money, lead_setting]
keep: true
---*/
SELECT l.queue, l.rank, l.lead_id, l.scheme, l.party_type, l.party_id, l.party_name,
       COALESCE(l.first_date, t.since) AS period_from, COALESCE(l.last_date, t.as_of) AS period_to,
       l.score, l.p_confirm, COALESCE(m.amount_at_risk, as_money(0)) AS amount_at_risk,
       COALESCE(m.amount_involved, as_money(0)) AS amount_involved, as_money(l.excess_amt) AS amount_estimated,
       l.effort_hours,
       CASE WHEN l.propensity IS NOT NULL THEN 'random' WHEN l.family = 'rule' THEN 'rule'
            WHEN l.family = 'ring' THEN 'network' ELSE 'model' END AS stream,
       r.reasons, l.basis AS candidate_basis, l.route AS suggested_route,
       COALESCE(l.first_seen_before, t.as_of) AS first_seen, t.as_of AS last_seen,
       CASE WHEN l.status_before IS NULL THEN 'new'
            WHEN absolute(l.p_before - l.p_confirm) >= 0.01
                 OR l.involved_before <> COALESCE(m.amount_involved, as_money(0))
                 OR l.period_to_before <> COALESCE(l.last_date, t.as_of) THEN 'changed'
            ELSE 'seen' END AS status,
       evidence('explanations_zh',
                CASE WHEN l.benign_tags <> '' THEN concat_text('可能的正当原因：', l.benign_tags, '，已下调排序')
                     WHEN l.ring_id <> '' THEN '已排查透析、同住、护理机构、固定日程等正当原因，未见相符'
                     ELSE '已与同类对象比较；请现场排除编码对应错误、退费未冲、团体检查等原因' END,
                'explanations_en',
                CASE WHEN l.benign_tags <> '' THEN concat_text('may be explained by ', l.benign_tags, '; ranked lower')
                     WHEN l.ring_id <> '' THEN 'dialysis, household, nursing home and fixed schedule were tested and do not fit'
                     ELSE 'compared with peers; rule out code mapping, unposted refunds, group examinations on site' END,
                'quality_zh',
                CASE WHEN l.n_flagged > 0 THEN concat_text('该对象', l.exposure, '笔结算中', l.n_flagged, '笔金额关系不符，已下调排序') END,
                'quality_en',
                CASE WHEN l.n_flagged > 0 THEN concat_text(l.n_flagged, ' of ', l.exposure,
                                                           ' settlements break an amount identity; ranked lower') END,
                'collect_zh', l.collect_zh, 'collect_en', l.collect_en) AS checks
FROM lead_named AS l
LEFT JOIN lead_told AS r ON r.lead_id = l.lead_id
LEFT JOIN lead_money AS m ON m.lead_id = l.lead_id
CROSS JOIN lead_setting AS t
