/*---
name: pattern_stay
zh: 住院及其迹象
says: one settled stay with the signs that schemes of sham, induced or split admission leave in it
key: [mdtrt_id]
reads: [stay, net_setl, setl_list_oprn_d, psn_info_b, facility, visit_diagnosis, fee_list_d]
keep: true
---*/
-- Signs are facts of one stay: nights, an operation, what the person paid, whether anybody saw the person
-- before, the stay before it here. Planned courses (chemotherapy, radiotherapy, dialysis: Z51, N18, Z49)
-- and wards paid by the day stand apart: for them short and frequent stays are ordinary.
WITH paid AS (
  SELECT mdtrt_id, SUM(psn_pay) AS psn_pay, MAX(act_pay_dedc) AS act_pay_dedc, MIN(setl_id) AS any_setl_id
  FROM net_setl WHERE care_setting = 'inpatient' GROUP BY mdtrt_id
),
aided AS (
  SELECT mdtrt_id, MAX(CASE WHEN COALESCE(maf_pay, 0) > 0 THEN 1 ELSE 0 END) AS has_aid
  FROM setl_d WHERE COALESCE(vali_flag, '1') <> '0' GROUP BY mdtrt_id
),
operated AS (
  SELECT mdtrt_id, COUNT(*) AS operations FROM setl_list_oprn_d WHERE COALESCE(vali_flag, '1') <> '0' GROUP BY mdtrt_id
),
contact AS (
  SELECT DISTINCT psn_no, setl_date FROM net_setl WHERE care_setting = 'outpatient'
),
seen_before AS (
  SELECT s.mdtrt_id, COUNT(*) AS contacts
  FROM stay AS s
  INNER JOIN contact AS c ON c.psn_no = s.psn_no AND c.setl_date BETWEEN add_days(s.begndate, -30) AND s.begndate
  GROUP BY s.mdtrt_id
),
ordered AS (
  SELECT s.*, days_between(s.begndate, s.enddate) AS nights,
         LAG(s.enddate) OVER (PARTITION BY s.patient, s.fixmedins_code ORDER BY s.begndate, s.mdtrt_id) AS here_before,
         LAG(s.dscg_maindiag_code) OVER (PARTITION BY s.patient, s.fixmedins_code ORDER BY s.begndate, s.mdtrt_id) AS code_before,
         COUNT(*) OVER (PARTITION BY s.patient, s.fixmedins_code) AS stays_here
  FROM stay AS s WHERE s.settled
)
SELECT o.mdtrt_id, o.setl_id, o.patient, o.psn_no, o.fixmedins_code, o.chfpdr_code AS dr_code, o.begndate, o.enddate, o.setl_date,
       o.fund_pay_sumamt, o.medfee_sumamt, o.nights, o.stays_here, p.psn_pay,
       days_between(o.here_before, o.begndate) AS gap_here,
       -- The same illness by its category; unknown counts as the same.
       COALESCE(part_of_text(o.code_before, 1, 3) = part_of_text(o.dscg_maindiag_code, 1, 3), TRUE) AS same_illness,
       COALESCE(r.operations, 0) AS operations,
       CASE WHEN COALESCE(a.has_aid, 0) = 1 OR NOT COALESCE(matches(i.psn_idet_type, '^0*$'), TRUE) THEN TRUE ELSE FALSE END AS aided,
       CASE WHEN b.contacts IS NULL THEN FALSE ELSE TRUE END AS seen_before,
       CASE WHEN COALESCE(matches(d.main_code, '^(Z51|N18|Z49|O|P|Z3[0-9])'), FALSE) OR o.amt_basis = 'by_bed_day' THEN TRUE ELSE FALSE END AS planned,
       f.level_rank, f.medins_type, f.fix_blng_admdvs,
       COALESCE(o.insu_admdvs, i.resd_admdvs) AS insu_admdvs,
       d.main_code
FROM ordered AS o
LEFT JOIN paid AS p ON p.mdtrt_id = o.mdtrt_id
LEFT JOIN aided AS a ON a.mdtrt_id = o.mdtrt_id
LEFT JOIN operated AS r ON r.mdtrt_id = o.mdtrt_id
LEFT JOIN seen_before AS b ON b.mdtrt_id = o.mdtrt_id
LEFT JOIN psn_info_b AS i ON i.psn_no = o.psn_no
LEFT JOIN facility AS f ON f.fixmedins_code = o.fixmedins_code
LEFT JOIN visit_diagnosis AS d ON d.mdtrt_id = o.mdtrt_id
