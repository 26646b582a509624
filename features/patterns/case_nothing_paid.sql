/*---
name: case_nothing_paid
zh: 住院情形：个人未付或同额
says: one settled stay of a person without aid, no planned course, with whether nothing was paid or the very sum that five other stays here paid for other bills
key: [case_id]
reads: [pattern_stay]
---*/
WITH same AS (
  SELECT s.*, COUNT(*) OVER (PARTITION BY s.fixmedins_code, s.psn_pay) AS same_pay,
         COUNT(*) OVER (PARTITION BY s.fixmedins_code, s.psn_pay, s.medfee_sumamt) AS same_package
  FROM pattern_stay AS s
  WHERE NOT s.aided AND NOT s.planned AND s.psn_pay IS NOT NULL
)
-- The same sum for the same package is a price; the same sum for different bills is not.
SELECT 'nothing_paid' AS pattern, s.mdtrt_id AS case_id, s.setl_id, s.psn_no, s.fixmedins_code, s.dr_code, s.setl_date AS day,
       s.fund_pay_sumamt AS amount,
       CASE WHEN s.psn_pay <= 0 OR s.same_pay - s.same_package >= 5 THEN TRUE ELSE FALSE END AS shown
FROM same AS s
