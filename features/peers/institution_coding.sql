/*---
name: institution_coding
zh: 机构病案分组
says: one institution - weights of its grouped stays (case mix), further diagnoses, and complicated stays that cost no more than plain ones
key: [fixmedins_code]
reads: [stay_coding]
---*/
SELECT fixmedins_code, COUNT(weight) AS n_weighted, SUM(as_money(weight)) AS case_weight, COUNT(*) AS n_coded,
       SUM(n_diagnosis) AS n_diagnosis, rows_where(cheap_complicated) AS n_cheap_complicated
FROM stay_coding GROUP BY fixmedins_code
