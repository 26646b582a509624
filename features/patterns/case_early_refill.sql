/*---
name: case_early_refill
zh: 用药情形：手中尚余即再取
says: one purchase of a drug with days of supply, with whether more than 90 days of it (what a long prescription may give) were still in hand, two and a half times what the days since the first purchase needed
key: [case_id]
reads: [fee_list_d, net_setl]
---*/
-- From one place alone it is that place's habit (a nursing home's doctor writes for all): the person's own
-- the sooner the more places it came from (beyond 90 days in hand from three, 120 from two, 180 from one).
WITH bought AS (
  SELECT f.psn_no, part_of_text(f.hilist_code, 1, 11) AS drug, day_of(f.fee_ocur_time) AS day, f.setl_id, f.fixmedins_code,
         f.bilg_dr_code, f.prd_days, f.inscp_amt
  FROM fee_list_d AS f
  LEFT SEMI JOIN net_setl AS n ON n.setl_id = f.setl_id
  WHERE COALESCE(f.vali_flag, '1') <> '0' AND f.cnt > 0 AND f.prd_days > 0 AND matches(f.hilist_code, '^[XZ]')
    AND NOT starts_with_text(f.med_type, '2') AND f.med_type <> '52'
),
place AS (
  SELECT psn_no, drug, COUNT(DISTINCT fixmedins_code) AS places FROM bought GROUP BY psn_no, drug
),
fill AS (
  SELECT psn_no, drug, day, MIN(setl_id) AS setl_id, MIN(fixmedins_code) AS fixmedins_code, MAX(bilg_dr_code) AS dr_code,
         SUM(prd_days) AS supply, as_money(SUM(inscp_amt)) AS amount
  FROM bought GROUP BY psn_no, drug, day
),
summed AS (
  SELECT f.*, MIN(f.day) OVER (PARTITION BY f.psn_no, f.drug) AS first_day,
         SUM(f.supply) OVER (PARTITION BY f.psn_no, f.drug ORDER BY f.day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - f.supply
           AS supply_before
  FROM fill AS f
)
SELECT 'early_refill' AS pattern, concat_text(s.psn_no, '/', s.drug, '/', s.day) AS case_id, s.setl_id, s.psn_no,
       s.fixmedins_code, s.dr_code, s.day, s.amount,
       CASE WHEN s.supply_before - days_between(s.first_day, s.day) > CASE WHEN p.places >= 3 THEN 90 WHEN p.places = 2 THEN 120 ELSE 180 END
              AND s.supply_before > times(2.5, days_between(s.first_day, s.day)) THEN TRUE ELSE FALSE END AS shown
FROM summed AS s
INNER JOIN place AS p ON p.psn_no = s.psn_no AND p.drug = s.drug
