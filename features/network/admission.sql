/*---
name: admission
zh: 入出院
says: one person admitted to one institution on one day, with the day of discharge (since 1970) and the fund's money
key: [psn_no, fixmedins_code, visit_date]
reads: [visit_settlement, visit_window]
keep: true
---*/
SELECT s.psn_no, s.fixmedins_code, s.visit_date,
       MAX(s.minute) AS minute, as_money(SUM(s.fund_pay_sumamt)) AS fund_pay_sumamt
FROM visit_settlement AS s CROSS JOIN visit_window AS w
WHERE s.inpatient AND s.visit_date >= w.since
GROUP BY s.psn_no, s.fixmedins_code, s.visit_date
