/*---
name: admission
zh: 入出院
says: one person admitted to one institution on one day, with the day of discharge (since 1970) and the fund's money
key: [psn_no, fixmedins_code, visit_date]
reads: [visit_settlement]
keep: true
---*/
SELECT psn_no, fixmedins_code, visit_date,
       MAX(minute) AS minute, as_money(SUM(fund_pay_sumamt)) AS fund_pay_sumamt
FROM visit_settlement
WHERE inpatient
GROUP BY psn_no, fixmedins_code, visit_date
