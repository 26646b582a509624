/*---
name: provider_month
zh: 机构月
says: one institution in one finished calendar month - shares of charges, infections, readmissions - beside its peers of one level
key: [candidate_key]
reads: [net_setl, net_line, stay, infection_rpt_d, judged_day, facility]
keep: true
scope: provider
months: true
---*/
WITH judged_month AS (
  SELECT month_start(day) AS first_day, MAX(day) AS newest, MAX(judged_day) AS judged_day
  FROM (SELECT judged_day, read_date(part_of_text(judged_day, 11, 10)) AS day FROM judged_day
        WHERE starts_with_text(judged_day, 'setl_date=')) AS d
  GROUP BY month_start(day)
),
-- A month is finished with its last day, or when a later month is judged beside it.
ended AS (
  SELECT judged_day, first_day, last_day
  FROM (SELECT m.*, add_days(month_start(add_days(first_day, 31)), -1) AS last_day,
               LEAD(first_day) OVER (ORDER BY first_day) AS next_month FROM judged_month AS m) AS d
  WHERE newest = last_day OR next_month IS NOT NULL
),
settled AS (
  SELECT e.judged_day, e.first_day, e.last_day, n.setl_id, n.mdtrt_id, n.fixmedins_code, n.care_setting, n.medfee_sumamt
  FROM net_setl AS n JOIN ended AS e ON n.setl_date >= e.first_day AND n.setl_date <= e.last_day
),
charge AS (
  SELECT s.judged_day, s.fixmedins_code, SUM(l.det_item_fee_sumamt) AS total_amt,
         SUM(CASE WHEN l.list_type IN ('101', '103', '104') THEN l.det_item_fee_sumamt ELSE 0 END) AS drug_amt,
         SUM(CASE WHEN l.list_type IN ('102', '106') THEN l.det_item_fee_sumamt ELSE 0 END) AS piece_amt,
         SUM(CASE WHEN l.list_type = '301' THEN l.det_item_fee_sumamt ELSE 0 END) AS device_amt,
         SUM(CASE WHEN starts_with_text(l.hilist_code, '0021') OR starts_with_text(l.hilist_code, '0022')
                    OR starts_with_text(l.hilist_code, '0023') OR starts_with_text(l.hilist_code, '0025')
                    OR starts_with_text(l.hilist_code, '0027') THEN l.det_item_fee_sumamt ELSE 0 END) AS exam_amt,
         SUM(CASE WHEN starts_with_text(l.hilist_code, '0012') OR starts_with_text(l.hilist_code, '0024')
                    OR starts_with_text(l.hilist_code, '0031') OR starts_with_text(l.hilist_code, '0034')
                    OR starts_with_text(l.hilist_code, '004') THEN l.det_item_fee_sumamt ELSE 0 END) AS treatment_amt,
         SUM(CASE WHEN starts_with_text(l.hilist_code, '002103') THEN l.det_item_fee_sumamt ELSE 0 END) AS ct_amt,
         SUM(CASE WHEN starts_with_text(l.hilist_code, '002102') THEN l.det_item_fee_sumamt ELSE 0 END) AS mri_amt
  FROM settled AS s JOIN net_line AS l ON l.setl_id = s.setl_id
  GROUP BY s.judged_day, s.fixmedins_code
),
counted AS (
  SELECT judged_day, MIN(first_day) AS first_day, MIN(last_day) AS last_day, fixmedins_code, COUNT(*) AS settlements,
         COUNT(DISTINCT CASE WHEN care_setting = 'inpatient' THEN mdtrt_id END) AS stays
  FROM settled GROUP BY judged_day, fixmedins_code
),
ordered AS (
  SELECT s.mdtrt_id, s.fixmedins_code, s.setl_date, s.begndate, s.dscg_maindiag_code,
         LAG(enddate) OVER (PARTITION BY patient, fixmedins_code ORDER BY begndate, mdtrt_id) AS before_enddate
  FROM stay AS s
),
returned AS (
  SELECT e.judged_day, o.fixmedins_code,
         COUNT(CASE WHEN days_between(o.before_enddate, o.begndate) BETWEEN 1 AND 31
                     AND NOT matches(COALESCE(o.dscg_maindiag_code, ''), '^(C|Z49|Z51|N18|O|P)') THEN 1 END) AS readmissions
  FROM ordered AS o JOIN ended AS e ON o.setl_date >= e.first_day AND o.setl_date <= e.last_day
  GROUP BY e.judged_day, o.fixmedins_code
),
infected AS (
  SELECT e.judged_day, r.fixmedins_code, COUNT(DISTINCT r.mdtrt_id) AS infections
  FROM infection_rpt_d AS r JOIN ended AS e ON day_of(r.infection_time) >= e.first_day AND day_of(r.infection_time) <= e.last_day
  WHERE COALESCE(r.vali_flag, '1') <> '0'
  GROUP BY e.judged_day, r.fixmedins_code
),
share AS (
  SELECT c.*, concat_text(f.party_type, '/', COALESCE(f.level_rank, 0), '/', CASE WHEN c.stays > 0 THEN 'ward' ELSE 'clinic' END)
           AS peer_group,
         COALESCE(f.party_type, 'institution') AS party_type, a.total_amt,
         safe_ratio(a.drug_amt, a.total_amt) AS drug_share, safe_ratio(a.piece_amt, a.total_amt) AS piece_share,
         safe_ratio(a.exam_amt, a.total_amt) AS exam_share, safe_ratio(a.device_amt, a.total_amt) AS device_share,
         safe_ratio(a.treatment_amt, a.total_amt) AS treatment_share, safe_ratio(a.ct_amt, a.total_amt) AS ct_share,
         safe_ratio(a.mri_amt, a.total_amt) AS mri_share,
         safe_ratio(COALESCE(i.infections, 0), c.stays) AS infection_rate, COALESCE(i.infections, 0) AS infections,
         safe_ratio(COALESCE(r.readmissions, 0), c.stays) AS readmission_rate, COALESCE(r.readmissions, 0) AS readmissions
  FROM counted AS c
  JOIN charge AS a ON a.judged_day = c.judged_day AND a.fixmedins_code = c.fixmedins_code
  LEFT JOIN returned AS r ON r.judged_day = c.judged_day AND r.fixmedins_code = c.fixmedins_code
  LEFT JOIN infected AS i ON i.judged_day = c.judged_day AND i.fixmedins_code = c.fixmedins_code
  LEFT JOIN facility AS f ON f.fixmedins_code = c.fixmedins_code
),
-- Fifty cases make a share that others are measured by; fewer are noise.
peer AS (
  SELECT judged_day, peer_group, COUNT(CASE WHEN large THEN 1 END) AS peers,
         COUNT(CASE WHEN large_ward THEN 1 END) AS stay_peers,
         quantile_of(CASE WHEN large THEN drug_share END, 0.9) AS peer_drug_share,
         quantile_of(CASE WHEN large THEN exam_share END, 0.9) AS peer_exam_share,
         quantile_of(CASE WHEN large THEN device_share END, 0.9) AS peer_device_share,
         quantile_of(CASE WHEN large THEN treatment_share END, 0.9) AS peer_treatment_share,
         quantile_of(CASE WHEN large THEN ct_share END, 0.9) AS peer_ct_share,
         quantile_of(CASE WHEN large THEN mri_share END, 0.9) AS peer_mri_share,
         quantile_of(CASE WHEN large_ward THEN infection_rate END, 0.9) AS peer_infection_rate,
         quantile_of(CASE WHEN large_ward THEN readmission_rate END, 0.9) AS peer_readmission_rate
  FROM (SELECT s.*, CASE WHEN settlements >= 50 THEN TRUE ELSE FALSE END AS large,
               CASE WHEN stays >= 50 THEN TRUE ELSE FALSE END AS large_ward FROM share AS s) AS sized
  GROUP BY judged_day, peer_group
)
SELECT concat_text(s.fixmedins_code, '/', s.first_day) AS candidate_key, 'post' AS stage, s.judged_day,
       s.party_type AS provider_type, s.fixmedins_code, CAST(NULL AS STRING) AS psn_no, CAST(NULL AS STRING) AS dr_code,
       CAST(NULL AS STRING) AS mdtrt_id, CAST(NULL AS STRING) AS setl_id, CAST(NULL AS STRING) AS bkkp_sn,
       no_texts() AS related_sn, s.last_day AS setl_date, s.last_day AS service_date, 'unknown' AS amt_basis,
       CAST(NULL AS DECIMAL(16,2)) AS setl_fund_amt, CAST(NULL AS DECIMAL(16,2)) AS setl_inscp_amt,
       s.first_day, s.last_day, s.settlements, s.stays, s.total_amt, s.peer_group, p.peers, p.stay_peers,
       round_to(s.drug_share, 4) AS drug_share, round_to(s.piece_share, 4) AS piece_share,
       round_to(s.exam_share, 4) AS exam_share, round_to(s.device_share, 4) AS device_share,
       round_to(s.treatment_share, 4) AS treatment_share, round_to(s.ct_share, 4) AS ct_share,
       round_to(s.mri_share, 4) AS mri_share, round_to(s.infection_rate, 4) AS infection_rate, s.infections,
       round_to(s.readmission_rate, 4) AS readmission_rate, s.readmissions,
       round_to(p.peer_drug_share, 4) AS peer_drug_share, round_to(p.peer_exam_share, 4) AS peer_exam_share,
       round_to(p.peer_device_share, 4) AS peer_device_share, round_to(p.peer_treatment_share, 4) AS peer_treatment_share,
       round_to(p.peer_ct_share, 4) AS peer_ct_share, round_to(p.peer_mri_share, 4) AS peer_mri_share,
       round_to(p.peer_infection_rate, 4) AS peer_infection_rate, round_to(p.peer_readmission_rate, 4) AS peer_readmission_rate
FROM share AS s JOIN peer AS p ON p.judged_day = s.judged_day AND p.peer_group = s.peer_group
