/*---
name: case_back_soon
zh: 住院情形：短期再入院
says: one settled stay, with whether the same person was discharged here within the fifteen days before with the same illness (another illness is no split stay), no planned course
key: [case_id]
reads: [pattern_stay]
---*/
SELECT 'back_soon' AS pattern, s.mdtrt_id AS case_id, s.setl_id, s.psn_no, s.fixmedins_code, s.dr_code, s.setl_date AS day,
       s.fund_pay_sumamt AS amount,
       CASE WHEN s.gap_here BETWEEN 0 AND 15 AND s.same_illness THEN TRUE ELSE FALSE END AS shown
FROM pattern_stay AS s
WHERE NOT s.planned
