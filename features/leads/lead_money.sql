/*---
name: lead_money
zh: 线索金额
says: one lead with amount_at_risk (yuan it owns) and amount_involved (all yuan of its own lines, once)
key: [lead_id]
reads: [evidence_counted]
keep: true
---*/
WITH line AS (
  SELECT lead_id, bkkp_sn, MAX(setl_id) AS setl_id, MAX(amount) AS amount
  FROM evidence_counted WHERE bkkp_sn IS NOT NULL GROUP BY lead_id, bkkp_sn
),
line_of_settlement AS (
  SELECT lead_id, setl_id, SUM(amount) AS amount FROM line GROUP BY lead_id, setl_id
),
settlement AS (
  SELECT lead_id, setl_id, MAX(amount) AS amount
  FROM evidence_counted WHERE bkkp_sn IS NULL AND setl_id IS NOT NULL GROUP BY lead_id, setl_id
),
whole AS (
  SELECT lead_id, amount FROM line
  UNION ALL
  SELECT s.lead_id, greater_of(s.amount - COALESCE(l.amount, 0), 0) AS amount
  FROM settlement AS s
  LEFT JOIN line_of_settlement AS l ON l.lead_id = s.lead_id AND l.setl_id = s.setl_id
  UNION ALL
  SELECT lead_id, amount FROM evidence_counted WHERE bkkp_sn IS NULL AND setl_id IS NULL
)
SELECT c.lead_id, c.amount_at_risk, w.amount_involved
FROM (SELECT lead_id, SUM(amount_counted) AS amount_at_risk FROM evidence_counted GROUP BY lead_id) AS c
LEFT JOIN (SELECT lead_id, SUM(amount) AS amount_involved FROM whole GROUP BY lead_id) AS w ON w.lead_id = c.lead_id
