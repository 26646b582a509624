/*---
name: lead_out
zh: 线索表
says: tonight's leads, and those of the night before that are gone - once, at the end of the exploration queue, so that who followed one learns of it
key: [lead_id]
reads: [lead_present, lead_before]
keep: true
---*/
SELECT queue, rank, lead_id, scheme, party_type, party_id, party_name, period_from, period_to, score, p_confirm,
       amount_at_risk, amount_involved, amount_estimated, effort_hours, stream, reasons, candidate_basis,
       suggested_route, first_seen, last_seen, status, checks FROM lead_present
UNION ALL
SELECT 'explore' AS queue, c.n + ROW_NUMBER() OVER (ORDER BY b.lead_id) AS rank, b.lead_id, b.scheme, b.party_type,
       b.party_id, b.party_name, b.period_from, b.period_to, -99 AS score, 0 AS p_confirm, as_money(0) AS amount_at_risk,
       as_money(0) AS amount_involved, as_money(0) AS amount_estimated, b.effort_hours, b.stream, b.reasons,
       b.candidate_basis, b.suggested_route, b.first_seen, b.last_seen, 'gone' AS status, b.checks
FROM lead_before AS b
LEFT ANTI JOIN lead_present AS p ON p.lead_id = b.lead_id
CROSS JOIN (SELECT COUNT(*) AS n FROM lead_present WHERE queue = 'explore') AS c
WHERE b.status <> 'gone'
