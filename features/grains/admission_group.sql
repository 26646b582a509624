/*---
name: admission_group
zh: 集中入院
says: one hospital and week in which several persons of one employer or village were admitted
key: [candidate_key]
reads: [stay, visit_diagnosis, outbreak_diagnosis, psn_info_b, psn_insu_d, judged_day, facility]
keep: true
scope: provider
---*/
WITH belonging AS (
  SELECT psn_no, MAX(emp_no) AS emp_no FROM psn_insu_d WHERE emp_no IS NOT NULL GROUP BY psn_no
),
every_admission AS (
  SELECT s.mdtrt_id, s.psn_no, s.fixmedins_code, s.begndate, s.setl_date, s.setl_id, s.inscp_amt, s.unit_day, s.settled,
         monday_of(s.begndate) AS week, p.household_no,
         CASE WHEN b.emp_no IS NOT NULL THEN concat_text('employer:', b.emp_no)
                  WHEN text_length(p.resd_admdvs) > 6 THEN concat_text('village:', p.resd_admdvs) END AS group_key,
         CASE WHEN b.emp_no IS NOT NULL THEN 'employer' ELSE 'village' END AS group_kind,
         o.outbreak, CASE WHEN o.same_day = 1 THEN s.begndate END AS outbreak_day,
         CASE WHEN j.judged_day IS NULL THEN FALSE ELSE TRUE END AS judged
  FROM stay AS s
  JOIN psn_info_b AS p ON p.psn_no = s.psn_no
  LEFT JOIN belonging AS b ON b.psn_no = s.psn_no
  LEFT JOIN judged_day AS j ON j.judged_day = s.unit_day
  LEFT JOIN visit_diagnosis AS d ON d.mdtrt_id = s.mdtrt_id
  LEFT JOIN outbreak_diagnosis AS o ON starts_with_text(COALESCE(s.dscg_maindiag_code, d.main_code), o.diag_prefix)
       AND s.begndate >= o.begndate AND s.begndate <= COALESCE(o.enddate, DATE '9999-12-30')
  WHERE s.patient = s.psn_no
    AND NOT matches(COALESCE(s.dscg_maindiag_code, d.main_code, ''), '^(O|P|Z49|Z51|N18)')
),
-- Three of one group with one infection, or hurt on one day, fell ill together: nobody had to bring them.
outbreak AS (
  SELECT fixmedins_code, week, group_key, outbreak, outbreak_day, COUNT(DISTINCT psn_no) AS ill
  FROM every_admission WHERE group_key IS NOT NULL AND outbreak IS NOT NULL
  GROUP BY fixmedins_code, week, group_key, outbreak, outbreak_day
  HAVING COUNT(DISTINCT psn_no) >= 3
),
ill_together AS (
  SELECT fixmedins_code, week, group_key, SUM(ill) AS outbreak_persons FROM outbreak GROUP BY fixmedins_code, week, group_key
),
admitted AS (
  SELECT a.* FROM every_admission AS a
  LEFT ANTI JOIN outbreak AS o ON o.fixmedins_code = a.fixmedins_code AND o.week = a.week AND o.group_key = a.group_key
       AND o.outbreak = a.outbreak AND (o.outbreak_day IS NULL OR o.outbreak_day = a.begndate)
),
week_total AS (
  SELECT fixmedins_code, week, COUNT(DISTINCT psn_no) AS week_persons FROM every_admission GROUP BY fixmedins_code, week
),
total AS (
  SELECT fixmedins_code, week, group_key, MIN(group_kind) AS group_kind, COUNT(DISTINCT psn_no) AS persons,
         COUNT(DISTINCT COALESCE(household_no, psn_no)) AS households, COUNT(DISTINCT begndate) AS admission_days,
         SUM(inscp_amt) AS group_inscp_amt, MIN(begndate) AS first_day, MAX(begndate) AS last_day,
         MAX(CASE WHEN judged THEN unit_day END) AS judged_day
  FROM admitted WHERE group_key IS NOT NULL
  GROUP BY fixmedins_code, week, group_key
)
SELECT concat_text(t.fixmedins_code, '/', t.week, '/', t.group_key) AS candidate_key, 'post' AS stage, t.judged_day,
       COALESCE(f.party_type, 'institution') AS provider_type, t.fixmedins_code, CAST(NULL AS STRING) AS psn_no,
       CAST(NULL AS STRING) AS dr_code, CAST(NULL AS STRING) AS mdtrt_id, CAST(NULL AS STRING) AS setl_id,
       CAST(NULL AS STRING) AS bkkp_sn, no_texts() AS related_sn, CAST(NULL AS DATE) AS setl_date, t.last_day AS service_date,
       'unknown' AS amt_basis, CAST(NULL AS DECIMAL(16,2)) AS setl_fund_amt, CAST(NULL AS DECIMAL(16,2)) AS setl_inscp_amt,
       t.group_key, t.group_kind, t.persons, t.households, t.admission_days, t.first_day, t.last_day, t.group_inscp_amt,
       COALESCE(i.outbreak_persons, 0) AS outbreak_persons, w.week_persons, round_to(safe_ratio(t.persons, w.week_persons), 4) AS share
FROM total AS t
JOIN week_total AS w ON w.fixmedins_code = t.fixmedins_code AND w.week = t.week
LEFT JOIN ill_together AS i ON i.fixmedins_code = t.fixmedins_code AND i.week = t.week AND i.group_key = t.group_key
LEFT JOIN facility AS f ON f.fixmedins_code = t.fixmedins_code
WHERE t.judged_day IS NOT NULL AND t.persons > 1
