/*---
name: lead_hit
zh: 线索依据之规则命中
says: one hit and one party it speaks against - its own party, and the place where a person's or doctor's hit happened; shadow rules and prescriptions not charged yet are left out
key: [hit_id, party_type, party_id]
reads: [hit, fixmedins_b, lead_rule]
keep: true
---*/
WITH shown AS (
  SELECT h.*, CASE WHEN f.fixmedins_type = '2' THEN 'pharmacy' ELSE 'institution' END AS place_type,
         COALESCE(r.scheme, concat_text('rule:', h.rule_code)) AS scheme,
         COALESCE(r.precision, CASE WHEN h.result = 'violation' THEN 0.2 WHEN h.result = 'suspect' THEN 0.05
                                    ELSE 0.02 END) AS precision,
         as_money(greater_of(COALESCE(h.fund_amt, h.vola_amt, 0), 0)) AS told
  FROM hit AS h
  LEFT JOIN lead_rule AS r ON r.rule_code = h.rule_code
  LEFT JOIN fixmedins_b AS f ON f.fixmedins_code = h.fixmedins_code
  -- A prescription not charged yet costs nobody: it is a reminder, and judged anew once it is charged.
  WHERE h.shadow = FALSE AND h.stage <> 'pre'
),
-- The latest line of a course has all that lies beyond the limit, and so had each line before it: of such hits
-- (each holds the earlier one's line among its own, and more) the later counts what it adds.
held AS (
  SELECT h.hit_id, MAX(e.told) AS told
  FROM shown AS h
  JOIN shown AS e ON e.rule_code = h.rule_code AND e.psn_no = h.psn_no AND list_has(h.related_sn, e.bkkp_sn)
       AND list_length(h.related_sn) > list_length(e.related_sn) AND e.told <= h.told
  GROUP BY h.hit_id
),
counted AS (
  SELECT s.*, as_money(s.told - COALESCE(d.told, 0)) AS amount
  FROM shown AS s LEFT JOIN held AS d ON d.hit_id = s.hit_id
)
SELECT s.hit_id, s.party_type, s.party_id, s.scheme, s.rule_code, s.result, s.verified, s.precision, TRUE AS own,
       s.setl_id, s.bkkp_sn, COALESCE(s.setl_id, s.mdtrt_id, s.hit_id) AS event_id,
       COALESCE(s.service_date, s.setl_date) AS day,
       s.amount, s.reason_zh, s.reason_en, s.basis
FROM counted AS s
UNION ALL
SELECT s.hit_id, s.place_type AS party_type, s.fixmedins_code AS party_id, s.scheme, s.rule_code, s.result,
       s.verified, times(s.precision, 0.5) AS precision, FALSE AS own, s.setl_id, s.bkkp_sn,
       -- Of a place only different persons count: one person's trouble is not the place's habit.
       COALESCE(s.psn_no, s.hit_id) AS event_id, COALESCE(s.service_date, s.setl_date) AS day,
       s.amount, s.reason_zh, s.reason_en, s.basis
FROM counted AS s
WHERE s.party_type IN ('person', 'doctor') AND s.fixmedins_code IS NOT NULL
