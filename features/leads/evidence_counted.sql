/*---
name: evidence_counted
zh: 计入金额
says: one evidence row with the yuan it counts - each fee line belongs to one lead, the rest of a settlement to one lead, so nothing is counted twice
key: [lead_id, kind, ref_id, setl_id, bkkp_sn]
reads: [evidence_row]
keep: true
---*/
WITH owned AS (
  SELECT e.*,
         ROW_NUMBER() OVER (PARTITION BY CASE WHEN e.bkkp_sn IS NOT NULL THEN concat_text('line:', e.bkkp_sn)
                                              WHEN e.setl_id IS NOT NULL THEN concat_text('setl:', e.setl_id)
                                              ELSE concat_text('ref:', e.ref_id) END
                            ORDER BY e.p_confirm DESC, e.amount DESC, e.lead_id, e.kind, e.ref_id) AS nth
  FROM evidence_row AS e
),
line AS (
  SELECT setl_id, SUM(amount) AS amount FROM owned
  WHERE nth = 1 AND bkkp_sn IS NOT NULL AND setl_id IS NOT NULL GROUP BY setl_id
)
SELECT o.lead_id, o.family, o.kind, o.ref_id, o.setl_id, o.bkkp_sn, o.amount,
       as_money(CASE WHEN o.nth > 1 THEN 0 WHEN o.bkkp_sn IS NOT NULL THEN o.amount
                     ELSE greater_of(o.amount - COALESCE(l.amount, 0), 0) END) AS amount_counted
FROM owned AS o
LEFT JOIN line AS l ON l.setl_id = o.setl_id
