/*---
name: case_far_stay
zh: 住院情形：同一外地集中
says: one settled stay, with whether its person is insured outside the pool, in the one county that at least four fifths of this place's outsiders come from
key: [case_id]
reads: [pattern_stay]
---*/
WITH far AS (
  SELECT s.*, CASE WHEN part_of_text(s.insu_admdvs, 1, 4) <> part_of_text(s.fix_blng_admdvs, 1, 4) THEN 1 ELSE 0 END AS from_far,
         COUNT(*) OVER (PARTITION BY s.fixmedins_code, s.insu_admdvs) AS of_origin
  FROM pattern_stay AS s
  WHERE s.insu_admdvs IS NOT NULL AND s.fix_blng_admdvs IS NOT NULL AND NOT s.planned
),
counted AS (
  SELECT f.*, SUM(f.from_far) OVER (PARTITION BY f.fixmedins_code) AS far_here FROM far AS f
)
SELECT 'far_stay' AS pattern, s.mdtrt_id AS case_id, s.setl_id, s.psn_no, s.fixmedins_code, s.dr_code, s.setl_date AS day,
       s.fund_pay_sumamt AS amount,
       CASE WHEN s.from_far = 1 AND s.of_origin >= 5 AND as_number(s.of_origin) >= times(0.8, s.far_here) THEN TRUE ELSE FALSE END AS shown
FROM counted AS s
