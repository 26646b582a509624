/*---
name: hub_transfer_cycle
zh: 往返转院
says: one stay begun within three days after a stay at another hospital; hit where the person went back to the first within three days (A, B, A; T42)
key: [setl_id]
reads: [stay, fixmedins_b]
---*/
-- Up and down inside one medical community is a referral, counted once by law: tagged.
SELECT concat_text(c.before_code, '/', c.fixmedins_code) AS hub_key, c.before_code AS fixmedins_code, c.psn_no,
       c.setl_id, c.setl_date AS event_date, c.fund_pay_sumamt,
       CASE WHEN c.after_code = c.before_code AND days_between(c.enddate, c.after_begin) BETWEEN 0 AND 3
            THEN TRUE ELSE FALSE END AS hit,
       c.fixmedins_code AS other,
       CASE WHEN a.medcmty_code = b.medcmty_code THEN 'referral_chain' END AS tag
FROM (
  SELECT t.psn_no, t.fixmedins_code, t.setl_id, t.setl_date, t.fund_pay_sumamt, t.begndate, t.enddate,
         LAG(t.fixmedins_code) OVER (PARTITION BY t.psn_no ORDER BY t.begndate, t.enddate, t.mdtrt_id) AS before_code,
         LAG(t.enddate) OVER (PARTITION BY t.psn_no ORDER BY t.begndate, t.enddate, t.mdtrt_id) AS before_end,
         LEAD(t.fixmedins_code) OVER (PARTITION BY t.psn_no ORDER BY t.begndate, t.enddate, t.mdtrt_id) AS after_code,
         LEAD(t.begndate) OVER (PARTITION BY t.psn_no ORDER BY t.begndate, t.enddate, t.mdtrt_id) AS after_begin
  FROM stay AS t
  WHERE t.setl_id IS NOT NULL
) AS c
LEFT JOIN fixmedins_b AS a ON a.fixmedins_code = c.before_code
LEFT JOIN fixmedins_b AS b ON b.fixmedins_code = c.fixmedins_code
WHERE c.before_code <> c.fixmedins_code AND days_between(c.before_end, c.begndate) BETWEEN 0 AND 3
