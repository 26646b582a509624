/*---
name: lead_home
zh: 集中居住者
says: one insured person who is registered at one address (or household number) with seven others or more - an old people's home or another house that buys for its residents
key: [psn_no]
reads: [psn_info_b]
---*/
WITH person AS (
  SELECT DISTINCT psn_no, home FROM (
    SELECT psn_no, concat_text('household ', household_no) AS home FROM psn_info_b WHERE household_no IS NOT NULL
    UNION ALL
    SELECT psn_no, concat_text('address ', resd_addr) AS home FROM psn_info_b WHERE resd_addr IS NOT NULL
  ) AS registered
)
SELECT DISTINCT p.psn_no FROM person AS p
LEFT SEMI JOIN (SELECT home FROM person GROUP BY home HAVING COUNT(*) >= 8) AS h ON h.home = p.home
