/*---
name: stay
zh: 住院
says: one hospital stay, its settlements merged (mid-stay and year-end settlements are one stay), settled or still open
key: [mdtrt_id]
reads: [net_setl, mdtrt_d, newborn_visit]
keep: true
---*/
WITH settled AS (
  SELECT mdtrt_id, MIN(psn_no) AS psn_no, MIN(fixmedins_code) AS fixmedins_code,
         MIN(begndate) AS begndate, MAX(enddate) AS enddate, MAX(setl_date) AS setl_date,
         MAX(setl_id) AS setl_id, COUNT(*) AS settlements, SUM(inscp_amt) AS inscp_amt,
         SUM(fund_pay_sumamt) AS fund_pay_sumamt, SUM(medfee_sumamt) AS medfee_sumamt,
         MAX(amt_basis) AS amt_basis, MAX(med_type) AS med_type, MAX(dise_no) AS dise_no, MAX(drg_codg) AS drg_codg,
         MAX(insu_admdvs) AS insu_admdvs
  FROM net_setl WHERE care_setting = 'inpatient'
  GROUP BY mdtrt_id
),
visit AS (
  SELECT mdtrt_id, psn_no, fixmedins_code, med_type, begntime, endtime, inhosp_stas, adm_dept_codg,
         adm_bed, dscg_dept_codg, dscg_way, dscg_maindiag_code, chfpdr_code, refl_old_mdtrt_id
  FROM mdtrt_d
  WHERE COALESCE(vali_flag, '1') <> '0' AND (starts_with_text(med_type, '2') OR med_type = '52')
)
SELECT s.mdtrt_id, s.psn_no, s.fixmedins_code, s.med_type,
       CASE WHEN b.mdtrt_id IS NULL THEN s.psn_no ELSE concat_text(s.psn_no, '/', s.mdtrt_id) END AS patient,
       COALESCE(day_of(v.begntime), s.begndate) AS begndate,
       COALESCE(day_of(v.endtime), s.enddate) AS enddate,
       s.setl_date, s.setl_id, s.settlements, s.inscp_amt, s.fund_pay_sumamt, s.medfee_sumamt,
       s.amt_basis, s.dise_no, s.drg_codg, s.insu_admdvs, v.adm_dept_codg, v.adm_bed, v.dscg_dept_codg, v.dscg_way, v.dscg_maindiag_code,
       v.chfpdr_code, v.refl_old_mdtrt_id,
       TRUE AS settled,
       concat_text('setl_date=', s.setl_date) AS unit_day
FROM settled AS s
LEFT JOIN visit AS v ON v.mdtrt_id = s.mdtrt_id
LEFT JOIN newborn_visit AS b ON b.mdtrt_id = s.mdtrt_id
UNION ALL
SELECT v.mdtrt_id, v.psn_no, v.fixmedins_code, v.med_type,
       CASE WHEN b.mdtrt_id IS NULL THEN v.psn_no ELSE concat_text(v.psn_no, '/', v.mdtrt_id) END AS patient, day_of(v.begntime) AS begndate,
       day_of(v.endtime) AS enddate, CAST(NULL AS DATE) AS setl_date, CAST(NULL AS STRING) AS setl_id,
       0 AS settlements, CAST(NULL AS DECIMAL(16,2)) AS inscp_amt,
       CAST(NULL AS DECIMAL(16,2)) AS fund_pay_sumamt, CAST(NULL AS DECIMAL(16,2)) AS medfee_sumamt,
       'unknown' AS amt_basis, CAST(NULL AS STRING) AS dise_no, CAST(NULL AS STRING) AS drg_codg,
       CAST(NULL AS STRING) AS insu_admdvs, v.adm_dept_codg, v.adm_bed, v.dscg_dept_codg, v.dscg_way,
       v.dscg_maindiag_code, v.chfpdr_code, v.refl_old_mdtrt_id,
       FALSE AS settled,
       concat_text('event_date=', day_of(v.begntime)) AS unit_day
FROM visit AS v
LEFT JOIN newborn_visit AS b ON b.mdtrt_id = v.mdtrt_id
LEFT ANTI JOIN settled AS s ON s.mdtrt_id = v.mdtrt_id
