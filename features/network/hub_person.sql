/*---
name: hub_person
zh: 同户计一
says: one insured person and the household it counts with (its own number where no register names one), and whether aid pays its part
key: [psn_no]
reads: [psn_info_b]
keep: true
---*/
SELECT psn_no, MIN(COALESCE(household_no, psn_no)) AS unit,
       MAX(CASE WHEN COALESCE(psn_idet_type, '00') IN ('0', '00') THEN 0 ELSE 1 END) AS aided
FROM psn_info_b
GROUP BY psn_no
