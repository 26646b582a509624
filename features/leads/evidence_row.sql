/*---
name: evidence_row
zh: 证据行
says: one row of evidence of one listed lead - a hit, a settlement of a ring's joint day, or a score - with the yuan it speaks of
key: [lead_id, kind, ref_id, setl_id, bkkp_sn]
reads: [pattern_event, lead_named, lead_hit, lead_ring, lead_score, setl_d, finding]
keep: true
---*/
WITH shared AS (
  SELECT DISTINCT r.ring_id FROM lead_ring AS r
  INNER JOIN lead_named AS l ON l.party_type = r.party_type AND l.party_id = r.party_id AND l.scheme = r.scheme
  WHERE r.p >= 0.02
),
settled AS (
  SELECT s.setl_id, s.psn_no, s.fixmedins_code, day_of(s.setl_time) AS day, s.fund_pay_sumamt
  FROM setl_d AS s
  WHERE COALESCE(s.vali_flag, '1') <> '0' AND s.refd_setl_flag <> '1'
),
joint AS (
  SELECT p.ring_id, s.setl_id, s.psn_no, s.fixmedins_code, s.day, s.fund_pay_sumamt
  FROM lead_ring AS p
  LEFT SEMI JOIN shared AS h ON h.ring_id = p.ring_id
  INNER JOIN settled AS s ON s.psn_no = p.party_id AND s.day BETWEEN p.first_date AND p.last_date
  LEFT SEMI JOIN (SELECT ring_id, party_id FROM lead_ring WHERE party_type IN ('institution', 'pharmacy')) AS i
    ON i.ring_id = p.ring_id AND i.party_id = s.fixmedins_code
  WHERE p.party_type = 'person'
),
case_settlement AS (
  SELECT pattern, setl_id, psn_no, fixmedins_code, MAX(dr_code) AS dr_code, MAX(amount) AS amount
  FROM pattern_event WHERE setl_id IS NOT NULL GROUP BY pattern, setl_id, psn_no, fixmedins_code
),
-- Only days on which at least three of them settled at the same place: the joint days.
joint_day AS (
  SELECT ring_id, fixmedins_code, day FROM joint GROUP BY ring_id, fixmedins_code, day HAVING COUNT(DISTINCT psn_no) >= 3
),
ring_settlement AS (
  SELECT j.* FROM joint AS j
  LEFT SEMI JOIN joint_day AS d ON d.ring_id = j.ring_id AND d.fixmedins_code = j.fixmedins_code AND d.day = j.day
)
SELECT l.lead_id, l.p_confirm, 'rule' AS family, 'hit' AS kind, h.hit_id AS ref_id, h.setl_id, h.bkkp_sn, h.amount
FROM lead_named AS l
INNER JOIN lead_hit AS h ON h.party_type = l.party_type AND h.party_id = l.party_id AND h.scheme = l.scheme
UNION ALL
SELECT l.lead_id, l.p_confirm, 'ring' AS family, 'ring' AS kind, r.ring_id AS ref_id, s.setl_id,
       CAST(NULL AS STRING) AS bkkp_sn, COALESCE(s.fund_pay_sumamt, 0) AS amount
FROM lead_named AS l
INNER JOIN lead_ring AS r ON r.party_type = l.party_type AND r.party_id = l.party_id AND r.scheme = l.scheme AND r.p >= 0.02
LEFT JOIN ring_settlement AS s ON s.ring_id = r.ring_id
     AND (s.psn_no = l.party_id OR (l.party_type <> 'person' AND s.fixmedins_code = l.party_id))
UNION ALL
SELECT l.lead_id, l.p_confirm, m.family, 'score' AS kind, e.pattern AS ref_id, e.setl_id, CAST(NULL AS STRING) AS bkkp_sn, e.amount
FROM lead_named AS l
INNER JOIN lead_score AS m ON m.party_type = l.party_type AND m.party_id = l.party_id AND m.scheme = l.scheme AND m.own > 0
INNER JOIN case_settlement AS e ON e.pattern = m.model
     AND l.party_id = CASE WHEN l.party_type = 'person' THEN e.psn_no WHEN l.party_type = 'doctor' THEN e.dr_code ELSE e.fixmedins_code END
UNION ALL
SELECT l.lead_id, l.p_confirm, f.family, 'score' AS kind, f.ref_id, CAST(NULL AS STRING) AS setl_id,
       CAST(NULL AS STRING) AS bkkp_sn, as_money(0) AS amount
FROM lead_named AS l
INNER JOIN finding AS f ON f.party_type = l.party_type AND f.party_id = l.party_id AND f.scheme = l.scheme
WHERE starts_with_text(f.fact, 'score:') AND f.more_fact = ''
