/*---
name: lead_party
zh: 线索对象
says: one party with its name, how much it settles (the chance it had to be hit), and how many of its settlements break an amount identity
key: [party_type, party_id]
reads: [setl_d, fixmedins_b, medins_dr_b, psn_info_b]
keep: true
---*/
WITH settled AS (
  SELECT s.psn_no, s.fixmedins_code, s.fund_pay_sumamt,
         CASE WHEN list_length(s.dq_flags) > 0 THEN 1 ELSE 0 END AS flagged
  FROM setl_d AS s
  WHERE COALESCE(s.vali_flag, '1') <> '0' AND s.refd_setl_flag <> '1'
),
place AS (
  SELECT fixmedins_code, COUNT(*) AS exposure, SUM(fund_pay_sumamt) AS fund_amt, SUM(flagged) AS n_flagged
  FROM settled GROUP BY fixmedins_code
),
person AS (
  SELECT psn_no, COUNT(*) AS exposure, SUM(fund_pay_sumamt) AS fund_amt, SUM(flagged) AS n_flagged
  FROM settled GROUP BY psn_no
),
doctor AS (
  SELECT prac_psn_code, MAX(prac_psn_name) AS prac_psn_name FROM medins_dr_b GROUP BY prac_psn_code
)
SELECT CASE WHEN f.fixmedins_type = '2' THEN 'pharmacy' ELSE 'institution' END AS party_type,
       p.fixmedins_code AS party_id, f.fixmedins_name AS party_name, p.exposure, p.fund_amt, p.n_flagged
FROM place AS p LEFT JOIN fixmedins_b AS f ON f.fixmedins_code = p.fixmedins_code
UNION ALL
SELECT 'person' AS party_type, p.psn_no AS party_id, i.psn_name AS party_name, p.exposure, p.fund_amt, p.n_flagged
FROM person AS p LEFT JOIN psn_info_b AS i ON i.psn_no = p.psn_no
UNION ALL
SELECT 'doctor' AS party_type, prac_psn_code AS party_id, prac_psn_name AS party_name, 1 AS exposure,
       CAST(NULL AS DECIMAL(16, 2)) AS fund_amt, 0 AS n_flagged
FROM doctor
