/*---
name: stay_coding
zh: 病案分组
says: one grouped stay - the weight of its group, how many further diagnoses it lists, and whether it is grouped with complications but costs no more than stays without
key: [setl_id]
reads: [settlement_pace, setl_list_diag_d, mdtrt_d]
keep: true
---*/
-- The weight is the group's mean cost ÷ the mean of all (enforcement §5), from groups of ten stays and more.
-- Siblings share the first three characters; the last says complications: 1 major, 3 some, 5 none.
WITH stay AS (
  SELECT s.setl_id, s.mdtrt_id, s.fixmedins_code, s.drg_codg, s.medfee_sumamt, s.stay_days, part_of_text(s.drg_codg, 1, 3) AS family,
         matches(s.drg_codg, '[13]$') AS complicated
  FROM settlement_pace AS s WHERE s.care_setting = 'inpatient' AND s.drg_codg IS NOT NULL
),
grouped AS (
  SELECT drg_codg, COUNT(*) AS n, mean(medfee_sumamt) AS mean_fee, mean(stay_days) AS mean_days FROM stay GROUP BY drg_codg
),
plain AS (
  SELECT family, COUNT(*) AS n, mean(medfee_sumamt) AS mean_fee FROM stay WHERE matches(drg_codg, '5$') GROUP BY family
),
whole AS (SELECT mean(medfee_sumamt) AS mean_fee FROM stay),
listed AS (
  SELECT mdtrt_id, COUNT(DISTINCT diag_code) AS n_diagnosis FROM setl_list_diag_d
  WHERE maindiag_flag <> '1' AND COALESCE(vali_flag, '1') <> '0' GROUP BY mdtrt_id
)
SELECT s.setl_id, s.fixmedins_code, s.complicated, COALESCE(l.n_diagnosis, 0) AS n_diagnosis,
       CASE WHEN g.n >= 10 THEN safe_ratio(g.mean_fee, w.mean_fee) END AS weight,
       CASE WHEN g.n >= 10 THEN s.medfee_sumamt END AS fee_amt, CASE WHEN g.n >= 10 THEN as_money(g.mean_fee) END AS group_fee_amt,
       CASE WHEN g.n >= 10 THEN s.stay_days END AS days, CASE WHEN g.n >= 10 THEN as_money(g.mean_days) END AS group_days,
       COALESCE(s.complicated AND p.n >= 10 AND s.medfee_sumamt <= p.mean_fee, FALSE) AS cheap_complicated,
       COALESCE(s.complicated AND p.n >= 10, FALSE) AS has_sibling
FROM stay AS s
INNER JOIN grouped AS g ON g.drg_codg = s.drg_codg
CROSS JOIN whole AS w
LEFT JOIN plain AS p ON p.family = s.family
LEFT JOIN listed AS l ON l.mdtrt_id = s.mdtrt_id
