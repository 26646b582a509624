/*---
name: case_aided_again
zh: 住院情形：救助对象一再住院
says: one settled stay, no planned course, with whether its person's share is paid by aid and it is at least the second stay here
key: [case_id]
reads: [pattern_stay]
---*/
SELECT 'aided_again' AS pattern, s.mdtrt_id AS case_id, s.setl_id, s.psn_no, s.fixmedins_code, s.dr_code, s.setl_date AS day,
       s.fund_pay_sumamt AS amount,
       CASE WHEN s.aided AND s.stays_here >= 2 THEN TRUE ELSE FALSE END AS shown
FROM pattern_stay AS s
WHERE NOT s.planned
