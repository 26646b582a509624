/*---
name: line
zh: 明细
says: one judged fee line (settled, open, or prescribed) with what is known of person, institution and visit
key: [bkkp_sn]
reads: [unit_line, judged_day, facility, psn_info_b, mdtrt_d, visit_channel_d, visit_diagnosis, catalogue]
keep: true
---*/
SELECT l.bkkp_sn AS candidate_key, l.stage, l.judged_day,
       COALESCE(f.party_type, CASE WHEN starts_with_text(l.fixmedins_code, 'P') THEN 'pharmacy' ELSE 'institution' END)
         AS provider_type,
       l.fixmedins_code, l.psn_no, l.bilg_dr_code AS dr_code, l.mdtrt_id, l.setl_id,
       CASE WHEN l.stage = 'pre' THEN CAST(NULL AS STRING) ELSE l.bkkp_sn END AS bkkp_sn,
       no_texts() AS related_sn, l.setl_date, l.service_date, l.amt_basis, l.setl_fund_amt, l.setl_inscp_amt,
       l.hilist_code, l.hilist_name, l.list_type, l.med_chrgitm_type, l.med_type, l.fee_ocur_time,
       l.cnt, l.pric, l.inscp_amt, l.det_item_fee_sumamt, l.overlmt_selfpay, l.pric_uplmt_amt, l.chrgitm_lv, l.insutype, l.setl_type,
       l.rx_drord_no, l.bilg_dept_codg, l.bilg_dept_name, l.acord_dept_codg, l.prd_days, l.dscg_tkdrug_flag, l.rx_circ_flag,
       l.tcmdrug_used_way, l.dise_no, l.service_item, l.crte_time, l.serv_begntime, l.serv_endtime,
       CASE WHEN starts_with_text(l.med_type, '2') OR l.med_type = '52' THEN 'inpatient'
            WHEN l.med_type = '41' THEN 'pharmacy'
            WHEN starts_with_text(l.med_type, '13') THEN 'emergency'
            WHEN l.med_type IS NULL THEN CAST(NULL AS STRING)
            ELSE 'outpatient' END AS care_setting,
       CASE WHEN p.gend IN ('1', '2') THEN p.gend END AS gend,
       p.brdy,
       age_years(p.brdy, l.service_date) AS age_years,
       age_months(p.brdy, l.service_date) AS age_months,
       days_between(p.brdy, l.service_date) AS age_days,
       p.death_date, p.surv_stas,
       days_between(p.death_date, l.service_date) AS days_after_death,
       CASE WHEN l.patient <> l.psn_no THEN TRUE ELSE FALSE END AS newborn_visit,
       f.level_rank, f.hosp_lv, f.medins_spec, f.medins_type,
       f.begndate AS contract_from, f.enddate AS contract_to, p.psn_idet_type, c.pric_uplmt_amt AS catalogue_price,
       CASE WHEN v.internet_flag = '1' THEN TRUE WHEN v.internet_flag = '0' THEN FALSE END AS internet_visit,
       d.diagnoses,
       safe_ratio(seconds_between(l.serv_begntime, l.serv_endtime), 3600) AS service_hours,
       days_between(l.service_date, day_of(l.crte_time)) AS upload_days,
       day_of(m.begntime) AS adm_date, day_of(m.endtime) AS dscg_date,
       days_between(l.service_date, day_of(m.begntime)) AS days_before_adm,
       days_between(day_of(m.endtime), l.service_date) AS days_after_dscg
FROM unit_line AS l
LEFT SEMI JOIN judged_day AS j ON j.judged_day = l.judged_day
LEFT JOIN facility AS f ON f.fixmedins_code = l.fixmedins_code
LEFT JOIN psn_info_b AS p ON p.psn_no = l.psn_no
LEFT JOIN mdtrt_d AS m ON m.mdtrt_id = l.mdtrt_id
LEFT JOIN visit_diagnosis AS d ON d.mdtrt_id = l.mdtrt_id
LEFT JOIN visit_channel_d AS v ON v.mdtrt_id = l.mdtrt_id
LEFT JOIN catalogue AS c ON c.hilist_code = l.hilist_code AND l.service_date >= c.begndate AND l.service_date <= c.until
