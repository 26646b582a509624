/*---
name: stay_pair
zh: 相邻住院
says: one hospital stay and the same patient's stay that began before it; anchored on the later stay's latest line
key: [candidate_key]
reads: [stay, stay_anchor, judged_day, facility]
keep: true
---*/
WITH ordered AS (
  SELECT s.*,
         LAG(mdtrt_id) OVER (PARTITION BY patient ORDER BY begndate, mdtrt_id) AS before_mdtrt_id,
         LAG(fixmedins_code) OVER (PARTITION BY patient ORDER BY begndate, mdtrt_id) AS before_fixmedins_code,
         LAG(begndate) OVER (PARTITION BY patient ORDER BY begndate, mdtrt_id) AS before_begndate,
         LAG(enddate) OVER (PARTITION BY patient ORDER BY begndate, mdtrt_id) AS before_enddate,
         LAG(dscg_way) OVER (PARTITION BY patient ORDER BY begndate, mdtrt_id) AS before_dscg_way,
         LAG(dscg_maindiag_code) OVER (PARTITION BY patient ORDER BY begndate, mdtrt_id) AS before_maindiag_code,
         LAG(adm_dept_codg) OVER (PARTITION BY patient ORDER BY begndate, mdtrt_id) AS before_dept_codg
  FROM stay AS s
)
SELECT concat_text(o.before_mdtrt_id, '/', o.mdtrt_id) AS candidate_key,
       CASE WHEN o.settled THEN 'post' ELSE 'in' END AS stage, a.judged_day,
       COALESCE(f.party_type, 'institution') AS provider_type, o.fixmedins_code, o.psn_no,
       o.chfpdr_code AS dr_code, o.mdtrt_id, o.setl_id, a.bkkp_sn, text_list(a.first_sn) AS related_sn,
       o.setl_date, COALESCE(a.service_date, o.begndate) AS service_date, o.amt_basis,
       o.fund_pay_sumamt AS setl_fund_amt, o.inscp_amt AS setl_inscp_amt, o.med_type,
       COALESCE(o.inscp_amt, a.inscp_amt) AS inscp_amt, o.begndate, o.enddate, o.before_mdtrt_id,
       o.before_begndate, o.before_enddate, o.before_fixmedins_code,
       days_between(o.before_enddate, o.begndate) AS gap_days,
       days_between(o.begndate, smaller_of(COALESCE(o.before_enddate, o.begndate), COALESCE(o.enddate, o.before_enddate, o.begndate)))
         AS overlap_days,
       CASE WHEN o.before_fixmedins_code = o.fixmedins_code THEN TRUE ELSE FALSE END AS same_institution,
       part_of_text(o.dscg_maindiag_code, 1, 3) AS maindiag_group,
       part_of_text(o.before_maindiag_code, 1, 3) AS before_maindiag_group,
       o.dscg_maindiag_code, o.adm_dept_codg, o.before_dept_codg, o.before_dscg_way,
       CASE WHEN o.refl_old_mdtrt_id = o.before_mdtrt_id OR o.before_dscg_way IN ('2', '3') THEN TRUE ELSE FALSE END AS referred,
       CASE WHEN o.patient <> o.psn_no THEN TRUE ELSE FALSE END AS newborn
FROM ordered AS o
JOIN stay_anchor AS a ON a.mdtrt_id = o.mdtrt_id
LEFT SEMI JOIN judged_day AS j ON j.judged_day = a.judged_day
LEFT JOIN facility AS f ON f.fixmedins_code = o.fixmedins_code
WHERE o.before_mdtrt_id IS NOT NULL
