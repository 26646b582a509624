/*---
name: case_sham_stay
zh: 住院情形：短住院多迹象
says: one settled stay without an operation, with whether it is short and bears two more signs of a sham stay (nothing paid, third stay here, back within a month, nobody saw the person before)
key: [case_id]
reads: [pattern_stay]
---*/
SELECT 'sham_stay' AS pattern, s.mdtrt_id AS case_id, s.setl_id, s.psn_no, s.fixmedins_code, s.dr_code, s.setl_date AS day,
       s.fund_pay_sumamt AS amount,
       CASE WHEN s.nights <= 3
             AND CASE WHEN COALESCE(s.psn_pay, 1) <= 0 AND NOT s.aided THEN 1 ELSE 0 END
                 + CASE WHEN s.stays_here >= 3 THEN 1 ELSE 0 END
                 + CASE WHEN s.gap_here BETWEEN 0 AND 30 THEN 1 ELSE 0 END
                 + CASE WHEN s.seen_before THEN 0 ELSE 1 END >= 2 THEN TRUE ELSE FALSE END AS shown
FROM pattern_stay AS s
WHERE s.operations = 0 AND NOT s.planned
