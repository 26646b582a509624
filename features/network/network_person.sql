/*---
name: network_person
zh: 到访人编号
says: a person with visits or stays and its whole number, in the order of psn_no (pairs of numbers are a quarter of pairs of codes)
key: [person]
reads: [visit, admission]
keep: true
---*/
SELECT psn_no, ROW_NUMBER() OVER (ORDER BY psn_no) AS person
FROM (
  SELECT DISTINCT psn_no
  FROM (SELECT psn_no FROM visit UNION ALL SELECT psn_no FROM admission) AS v
) AS p
