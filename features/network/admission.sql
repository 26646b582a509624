/*---
name: admission
zh: 入出院
says: one person admitted to one institution on one day, with the day of discharge (since 1970) and the fund's money; a stay that goes on the day after another ended there is no admission
key: [psn_no, fixmedins_code, visit_date]
reads: [visit_settlement, visit_window]
keep: true
---*/
-- Wards paid by the day settle every month: all their patients leave and come on one day, on paper.
SELECT t.psn_no, t.fixmedins_code, t.visit_date, t.minute, t.fund_pay_sumamt
FROM (
  SELECT a.*, LAG(a.minute) OVER (PARTITION BY a.psn_no, a.fixmedins_code ORDER BY a.visit_date) AS left_before
  FROM (
    SELECT s.psn_no, s.fixmedins_code, s.visit_date,
           MAX(s.minute) AS minute, as_money(SUM(s.fund_pay_sumamt)) AS fund_pay_sumamt
    FROM visit_settlement AS s CROSS JOIN visit_window AS w
    WHERE s.inpatient AND s.visit_date >= w.since
    GROUP BY s.psn_no, s.fixmedins_code, s.visit_date
  ) AS a
) AS t
WHERE t.left_before IS NULL OR t.left_before < days_between(DATE '1970-01-01', t.visit_date) - 1
