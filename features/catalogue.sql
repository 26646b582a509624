/*---
name: catalogue
zh: 目录版本
says: one catalogue item over the days one version of it was in force
key: [hilist_code, begndate]
reads: [hilist_b]
keep: true
---*/
SELECT hilist_code, begndate, pric_uplmt_amt,
       smaller_of(COALESCE(enddate, DATE '9999-12-30'), COALESCE(add_days(next_begndate, -1), DATE '9999-12-30')) AS until
FROM (
  SELECT h.*, LEAD(begndate) OVER (PARTITION BY hilist_code ORDER BY begndate) AS next_begndate FROM hilist_b AS h
) AS v
