/*---
name: institution_coding
zh: 机构病案分组
says: one institution - weights of its grouped stays (case mix), cost and days against their groups (consumption indices), further diagnoses, and complicated stays that cost no more than plain ones
key: [fixmedins_code]
reads: [stay_coding]
---*/
SELECT fixmedins_code, COUNT(weight) AS n_weighted, SUM(as_money(weight)) AS case_weight, COUNT(*) AS n_coded,
       SUM(fee_amt) AS grouped_fee_amt, SUM(group_fee_amt) AS group_fee_amt, SUM(days) AS grouped_days, SUM(group_days) AS group_days,
       SUM(n_diagnosis) AS n_diagnosis, rows_where(cheap_complicated) AS n_cheap_complicated
FROM stay_coding GROUP BY fixmedins_code
