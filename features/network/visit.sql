/*---
name: visit
zh: 到访
says: one person at one institution on one day (outpatient or pharmacy), at the first time known, with the fund's money
key: [psn_no, fixmedins_code, visit_date]
reads: [visit_settlement]
keep: true
---*/
SELECT psn_no, fixmedins_code, visit_date,
       MIN(minute) AS minute, as_money(SUM(fund_pay_sumamt)) AS fund_pay_sumamt
FROM visit_settlement
WHERE NOT inpatient
GROUP BY psn_no, fixmedins_code, visit_date
