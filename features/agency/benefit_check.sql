/*---
name: benefit_check
zh: 待遇核对
says: one settlement whose deductible, pool payment or yearly total differs by more than a yuan from the region's benefit parameters; for the agency (经办), never against a provider
key: [setl_id, param]
reads: [net_setl, facility, psn_insu_d, benefit_param, medical_community, judged_day]
---*/
WITH insured AS (
  SELECT psn_no, insutype, psn_type,
         ROW_NUMBER() OVER (PARTITION BY psn_no, insutype ORDER BY psn_insu_date DESC, psn_type) AS nth
  FROM psn_insu_d
),
community AS (
  SELECT fixmedins_code, medcmty_code, begndate, enddate FROM facility WHERE medcmty_code IS NOT NULL
  UNION ALL
  SELECT fixmedins_code, medcmty_code, begndate, enddate FROM medical_community
),
-- A stay continued inside a medical community counts one deductible.
continued AS (
  SELECT DISTINCT s.setl_id
  FROM net_setl AS s
  JOIN net_setl AS b ON b.psn_no = s.psn_no AND b.fixmedins_code <> s.fixmedins_code
       AND b.care_setting = 'inpatient' AND days_between(b.enddate, s.begndate) BETWEEN 0 AND 1
  JOIN community AS here ON here.fixmedins_code = s.fixmedins_code
       AND COALESCE(here.begndate, s.begndate) <= s.begndate AND COALESCE(here.enddate, s.begndate) >= s.begndate
  JOIN community AS there ON there.fixmedins_code = b.fixmedins_code AND there.medcmty_code = here.medcmty_code
       AND COALESCE(there.begndate, s.begndate) <= s.begndate AND COALESCE(there.enddate, s.begndate) >= s.begndate
  WHERE s.care_setting = 'inpatient'
),
settled AS (
  SELECT s.setl_id, s.mdtrt_id, s.psn_no, s.fixmedins_code, s.insutype, s.med_type, s.care_setting, s.setl_date, s.setl_time,
         s.hifp_pay, s.inscp_amt, COALESCE(s.act_pay_dedc, 0) AS act_pay_dedc, COALESCE(i.psn_type, '') AS psn_type,
         CASE WHEN f.level_rank IS NULL THEN '' ELSE as_text(f.level_rank) END AS hosp_rank,
         c.setl_id IS NOT NULL AS is_continued,
         COUNT(*) OVER (PARTITION BY s.mdtrt_id) AS parts,
         SUM(s.hifp_pay) OVER (PARTITION BY s.psn_no, s.insutype, year_of(s.setl_date) ORDER BY s.setl_time, s.setl_id
                               ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS paid_in_year,
         SUM(CASE WHEN s.care_setting = 'inpatient' AND c.setl_id IS NULL THEN 1 ELSE 0 END)
             OVER (PARTITION BY s.psn_no, s.insutype, year_of(s.setl_date) ORDER BY s.setl_time, s.setl_id
                   ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS stay_no
  FROM net_setl AS s
  LEFT JOIN facility AS f ON f.fixmedins_code = s.fixmedins_code
  LEFT JOIN insured AS i ON i.psn_no = s.psn_no AND i.insutype = s.insutype AND i.nth = 1
  LEFT JOIN continued AS c ON c.setl_id = s.setl_id
  WHERE s.partly_refunded = FALSE
),
tonight AS (
  SELECT s.* FROM settled AS s LEFT SEMI JOIN judged_day AS j ON j.judged_day = concat_text('setl_date=', s.setl_date)
),
-- The parameters that speak of this settlement; where several do, those that name it most closely.
named AS (
  SELECT s.setl_id, b.param, b.tier, b.amount_from, b.amount_to, b.value, b.doc_no,
         CASE WHEN b.region = '*' THEN 0 ELSE 16 END + CASE WHEN b.insutype = '*' THEN 0 ELSE 8 END
         + CASE WHEN b.med_type = '*' THEN 0 ELSE 4 END + CASE WHEN b.hosp_rank = '*' THEN 0 ELSE 2 END
         + CASE WHEN b.psn_type = '*' THEN 0 ELSE 1 END AS closeness
  FROM tonight AS s
  JOIN benefit_param AS b ON b.insutype IN ('*', s.insutype) AND b.med_type IN ('*', s.med_type)
       AND b.hosp_rank IN ('*', s.hosp_rank) AND b.psn_type IN ('*', s.psn_type)
       AND b.begndate <= s.setl_date AND COALESCE(b.enddate, s.setl_date) >= s.setl_date
),
closest AS (
  SELECT n.*, MAX(n.closeness) OVER (PARTITION BY n.setl_id, n.param) AS best FROM named AS n
),
deductible AS (
  SELECT c.setl_id, c.value, c.doc_no, c.tier, ROW_NUMBER() OVER (PARTITION BY c.setl_id ORDER BY c.tier DESC) AS nth
  FROM closest AS c
  JOIN tonight AS s ON s.setl_id = c.setl_id
  WHERE c.param = 'deductible' AND c.closeness = c.best AND (c.tier <= s.stay_no OR c.tier = 1)
),
banded AS (
  SELECT c.setl_id, MAX(c.doc_no) AS doc_no,
         SUM(CASE WHEN COALESCE(c.amount_from, 0) >= s.inscp_amt - s.act_pay_dedc THEN 0
                  ELSE times(c.value, smaller_of(as_number(c.amount_to), as_number(s.inscp_amt - s.act_pay_dedc))
                                     - as_number(COALESCE(c.amount_from, 0))) END) AS due
  FROM closest AS c
  JOIN tonight AS s ON s.setl_id = c.setl_id
  WHERE c.param = 'pay_ratio' AND c.closeness = c.best
  GROUP BY c.setl_id
),
compared AS (
  SELECT s.setl_id, 'deductible' AS param, d.tier, d.doc_no, as_number(s.act_pay_dedc) AS found,
         CASE WHEN s.is_continued THEN 0 ELSE smaller_of(as_number(d.value), as_number(s.inscp_amt)) END AS due
  FROM tonight AS s JOIN deductible AS d ON d.setl_id = s.setl_id AND d.nth = 1
  WHERE s.care_setting = 'inpatient' AND s.parts = 1
  UNION ALL
  SELECT s.setl_id, 'pay_ratio' AS param, CAST(NULL AS BIGINT) AS tier, b.doc_no, as_number(s.hifp_pay) AS found, b.due
  FROM tonight AS s JOIN banded AS b ON b.setl_id = s.setl_id
  UNION ALL
  SELECT s.setl_id, 'annual_cap' AS param, CAST(NULL AS BIGINT) AS tier, c.doc_no, as_number(s.paid_in_year) AS found,
         greater_of(as_number(c.value), as_number(s.paid_in_year - s.hifp_pay)) AS due
  FROM tonight AS s JOIN closest AS c ON c.setl_id = s.setl_id AND c.param = 'annual_cap' AND c.closeness = c.best
  WHERE s.paid_in_year > c.value
)
SELECT s.setl_id, s.mdtrt_id, s.fixmedins_code, s.insutype, s.med_type, s.setl_date, c.param, c.tier,
       as_money(c.due) AS due_amt, as_money(c.found) AS found_amt, as_money(c.found - c.due) AS difference_amt,
       c.doc_no, concat_text('setl_date=', s.setl_date) AS judged_day
FROM compared AS c JOIN tonight AS s ON s.setl_id = c.setl_id
WHERE c.found IS NOT NULL AND absolute(c.found - c.due) > 1
