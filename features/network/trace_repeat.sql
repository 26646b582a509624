/*---
name: trace_repeat
zh: 追溯码再售
says: one sale of a whole pack whose trace code was sold before and not returned in between, with the sale before it
key: [drug_trac_codg, later_time, fixmedins_code, later_setl_id]
reads: [drug_trac_d, gone_setl, net_setl]
keep: true
---*/
WITH event AS (
  SELECT t.drug_trac_codg, t.hilist_code, t.fixmedins_code, t.event, t.event_time, t.psn_no,
         COALESCE(t.setl_id, '') AS setl_id
  FROM drug_trac_d AS t
  LEFT ANTI JOIN gone_setl AS g ON g.setl_id = t.setl_id
  WHERE COALESCE(t.vali_flag, '1') <> '0' AND COALESCE(t.trdn_flag, '0') <> '1'
),
ordered AS (
  SELECT e.*,
         LAG(e.event) OVER (PARTITION BY e.drug_trac_codg ORDER BY e.event_time, e.setl_id, e.fixmedins_code) AS before_event,
         LAG(e.fixmedins_code) OVER (PARTITION BY e.drug_trac_codg ORDER BY e.event_time, e.setl_id, e.fixmedins_code)
           AS before_fixmedins_code,
         LAG(e.psn_no) OVER (PARTITION BY e.drug_trac_codg ORDER BY e.event_time, e.setl_id, e.fixmedins_code) AS before_psn_no,
         LAG(e.event_time) OVER (PARTITION BY e.drug_trac_codg ORDER BY e.event_time, e.setl_id, e.fixmedins_code) AS before_time,
         LAG(e.setl_id) OVER (PARTITION BY e.drug_trac_codg ORDER BY e.event_time, e.setl_id, e.fixmedins_code) AS before_setl_id
  FROM event AS e
)
SELECT o.drug_trac_codg, o.hilist_code, o.fixmedins_code, o.psn_no, o.event_time AS later_time, o.setl_id AS later_setl_id,
       o.before_fixmedins_code, o.before_psn_no, o.before_setl_id, o.before_time,
       days_between(day_of(o.before_time), day_of(o.event_time)) AS days_since,
       CASE WHEN o.before_fixmedins_code = o.fixmedins_code THEN TRUE ELSE FALSE END AS same_institution,
       n.fund_pay_sumamt
FROM ordered AS o
LEFT JOIN net_setl AS n ON n.setl_id = o.setl_id
WHERE o.event = 'sell' AND o.before_event = 'sell' AND (o.setl_id <> o.before_setl_id OR o.setl_id = '')
