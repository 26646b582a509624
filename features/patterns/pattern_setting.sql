/*---
name: pattern_setting
zh: 情形窗口
says: one row - the window looked at, and the first day of it that has settlements
key: [as_of]
reads: [pattern_window, net_setl]
---*/
SELECT t.as_of, t.since, COALESCE(n.first_day, t.since) AS first_day
FROM pattern_window AS t CROSS JOIN (SELECT MIN(setl_date) AS first_day FROM net_setl) AS n
