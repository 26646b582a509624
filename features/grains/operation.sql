/*---
name: operation
zh: 手术操作
says: one listed operation of a settled visit and a rule's points on it, with person, diagnoses and antibiotics around it
key: [candidate_key, rule_id]
reads: [setl_list_oprn_d, net_setl, net_line, visit_diagnosis, psn_info_b, judged_day, facility, point_operation, newborn_visit]
keep: true
points:
  oprn_prefix: text oprn_oprt_code oprn_prefix
  diag_prefix: text diag_prefix
---*/
WITH settled AS (
  SELECT mdtrt_id, MAX(setl_id) AS setl_id, MAX(setl_date) AS setl_date, MAX(enddate) AS enddate, MAX(amt_basis) AS amt_basis,
         SUM(fund_pay_sumamt) AS fund_pay_sumamt, SUM(inscp_amt) AS inscp_amt, MAX(med_type) AS med_type,
         MAX(fixmedins_code) AS fixmedins_code
  FROM net_setl GROUP BY mdtrt_id
),
listed AS (
  SELECT o.setl_list_oprn_id, o.mdtrt_id, o.psn_no, o.oprn_oprt_code, o.oprn_oprt_name, o.main_oprn_flag, o.oper_dr_code,
         o.oprn_oprt_begntime, o.oprn_oprt_endtime, p.rule_id, p.point_id, d.main_code, d.diagnoses,
         CASE WHEN starts_with_text(d.main_code, p.diag_prefix) THEN 1 ELSE 0 END AS fits
  FROM setl_list_oprn_d AS o
  JOIN settled AS s ON s.mdtrt_id = o.mdtrt_id
  LEFT SEMI JOIN judged_day AS j ON j.judged_day = concat_text('setl_date=', s.setl_date)
  JOIN point_operation AS p ON starts_with_text(o.oprn_oprt_code, p.oprn_prefix)
       AND s.enddate >= p.begndate AND s.enddate <= COALESCE(p.enddate, DATE '9999-12-30')
  LEFT JOIN visit_diagnosis AS d ON d.mdtrt_id = o.mdtrt_id
  WHERE COALESCE(o.vali_flag, '1') <> '0'
),
grouped AS (
  SELECT rule_id, setl_list_oprn_id, MIN(point_id) AS point_id, MIN(mdtrt_id) AS mdtrt_id, MIN(psn_no) AS psn_no,
         MIN(oprn_oprt_code) AS oprn_oprt_code, MIN(oprn_oprt_name) AS oprn_oprt_name, MIN(main_oprn_flag) AS main_oprn_flag,
         MIN(oper_dr_code) AS oper_dr_code, MIN(oprn_oprt_begntime) AS begntime, MIN(oprn_oprt_endtime) AS endtime,
         MIN(main_code) AS main_diag_code, MIN(diagnoses) AS diagnoses, SUM(fits) AS diagnoses_fitting
  FROM listed GROUP BY rule_id, setl_list_oprn_id
),
antibiotic AS (
  SELECT g.rule_id, g.setl_list_oprn_id, MIN(n.fee_ocur_time) AS first_antibiotic, MAX(n.fee_ocur_time) AS last_antibiotic,
         SUM(n.inscp_amt) AS antibiotic_amt, MAX(n.bkkp_sn) AS antibiotic_sn
  FROM grouped AS g JOIN net_line AS n ON n.mdtrt_id = g.mdtrt_id AND starts_with_text(n.hilist_code, 'XJ01')
  WHERE COALESCE(n.dscg_tkdrug_flag, '0') <> '1'
  GROUP BY g.rule_id, g.setl_list_oprn_id
)
SELECT g.rule_id, g.point_id, g.setl_list_oprn_id AS candidate_key, 'post' AS stage,
       concat_text('setl_date=', s.setl_date) AS judged_day, COALESCE(f.party_type, 'institution') AS provider_type,
       s.fixmedins_code, g.psn_no, g.oper_dr_code AS dr_code, g.mdtrt_id, s.setl_id, CAST(NULL AS STRING) AS bkkp_sn,
       no_texts() AS related_sn, s.setl_date, s.enddate AS service_date, s.amt_basis, s.fund_pay_sumamt AS setl_fund_amt,
       s.inscp_amt AS setl_inscp_amt, s.med_type, g.oprn_oprt_code, g.oprn_oprt_name,
       CASE WHEN g.main_oprn_flag = '1' THEN TRUE WHEN g.main_oprn_flag = '0' THEN FALSE END AS main_operation,
       g.main_diag_code, g.diagnoses_fitting, g.diagnoses,
       -- Neither of the operated organs nor a tumour, a symptom or a reason for contact: no allowed pair can be meant.
       CASE WHEN g.main_diag_code IS NOT NULL
            THEN NOT matches(concat_text(g.oprn_oprt_code, ' ', g.main_diag_code),
                             '^([^ ]* [CDRZ]|0[1-5][^ ]* [GIMQS]|0[67][^ ]* E|(0[89]|1[0-9]|20)[^ ]* [EHQS]|(2[1-9]|3[0-4])[^ ]* [JKQS]|3[5-9][^ ]* [EINQS]|4[01][^ ]* [ILB]|(4[2-9]|5[0-4])[^ ]* ([AKQ]|E66|I8|S3|T1)|(5[5-9]|6[0-9]|7[01])[^ ]* [NOQES]|7[2-5][^ ]* O|(7[6-9]|8[0-4])[^ ]* [EGKLMQST]|8[56][^ ]* [BELNQST])') END
         AS foreign_diagnosis,
       CASE WHEN p.gend IN ('1', '2') THEN p.gend END AS gend,
       CASE WHEN b.mdtrt_id IS NULL THEN FALSE ELSE TRUE END AS newborn_visit,
       CASE WHEN a.setl_list_oprn_id IS NULL THEN FALSE ELSE TRUE END AS antibiotic_given, a.antibiotic_amt,
       safe_ratio(seconds_between(COALESCE(g.endtime, g.begntime), a.last_antibiotic), 3600) AS hours_after_operation,
       CASE WHEN g.diagnoses IS NOT NULL
            THEN matches(concat_text(' ', g.diagnoses), ' (A[0-9]|B[0-9]|J1[0-8]|J69|K3[57]|K65|L0[0-8]|N10|N39.0|T81.4|T79.3)') END
         AS infected
FROM grouped AS g
JOIN settled AS s ON s.mdtrt_id = g.mdtrt_id
LEFT JOIN antibiotic AS a ON a.rule_id = g.rule_id AND a.setl_list_oprn_id = g.setl_list_oprn_id
LEFT JOIN psn_info_b AS p ON p.psn_no = g.psn_no
LEFT JOIN newborn_visit AS b ON b.mdtrt_id = g.mdtrt_id
LEFT JOIN facility AS f ON f.fixmedins_code = s.fixmedins_code
