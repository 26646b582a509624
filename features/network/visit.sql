/*---
name: visit
zh: 到访
says: one person at one institution on one day (outpatient or pharmacy), at the first time known, with the fund's money
key: [psn_no, fixmedins_code, visit_date]
reads: [visit_settlement, visit_window]
keep: true
---*/
SELECT s.psn_no, s.fixmedins_code, s.visit_date,
       MIN(s.minute) AS minute, as_money(SUM(s.fund_pay_sumamt)) AS fund_pay_sumamt
FROM visit_settlement AS s CROSS JOIN visit_window AS w
WHERE NOT s.inpatient AND s.visit_date >= w.since
GROUP BY s.psn_no, s.fixmedins_code, s.visit_date
