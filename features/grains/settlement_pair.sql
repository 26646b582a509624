/*---
name: settlement_pair
zh: 重复结算对
says: one net settlement and an earlier one of the same person that carries the same invoice, or the same days and amount; anchored on the later
key: [candidate_key]
reads: [net_setl, setl_anchor, judged_day, facility]
keep: true
---*/
WITH cost AS (
  SELECT n.*, CASE WHEN j.judged_day IS NULL THEN FALSE ELSE TRUE END AS judged
  FROM net_setl AS n LEFT JOIN judged_day AS j ON j.judged_day = concat_text('setl_date=', n.setl_date)
),
pair AS (
  SELECT l.setl_id, MIN(e.setl_id) AS before_setl_id, MIN(e.setl_date) AS before_setl_date,
         MIN(e.fixmedins_code) AS before_fixmedins_code, MIN(e.medfee_sumamt) AS before_sumamt, MIN(e.setl_type) AS before_setl_type,
         MAX(CASE WHEN l.invono = e.invono THEN 1 ELSE 0 END) AS same_invoice,
         MAX(CASE WHEN l.begndate = e.begndate AND l.enddate = e.enddate THEN 1 ELSE 0 END) AS same_days,
         MAX(CASE WHEN l.mdtrt_id = e.mdtrt_id THEN 1 ELSE 0 END) AS same_visit,
         MAX(CASE WHEN l.fixmedins_code = e.fixmedins_code THEN 1 ELSE 0 END) AS same_institution
  FROM cost AS l
  JOIN cost AS e ON e.psn_no = l.psn_no AND e.setl_id <> l.setl_id
       AND (e.setl_time < l.setl_time OR (e.setl_time = l.setl_time AND e.setl_id < l.setl_id))
       AND ((e.invono = l.invono) OR (e.begndate = l.begndate AND e.enddate = l.enddate AND e.medfee_sumamt = l.medfee_sumamt))
  WHERE l.judged
  GROUP BY l.setl_id
)
SELECT n.setl_id AS candidate_key, 'post' AS stage, concat_text('setl_date=', n.setl_date) AS judged_day,
       COALESCE(f.party_type, 'institution') AS provider_type, n.fixmedins_code, n.psn_no, a.bilg_dr_code AS dr_code, n.mdtrt_id,
       n.setl_id, a.bkkp_sn, no_texts() AS related_sn, n.setl_date, COALESCE(a.service_date, n.enddate) AS service_date,
       n.amt_basis, n.fund_pay_sumamt AS setl_fund_amt, n.inscp_amt AS setl_inscp_amt, n.med_type, n.inscp_amt, n.medfee_sumamt,
       n.setl_type, n.manl_reim_rea, n.invono, n.mid_setl_flag, p.before_setl_id, p.before_setl_date, p.before_fixmedins_code,
       p.before_sumamt, p.before_setl_type,
       CASE WHEN p.same_invoice = 1 THEN TRUE ELSE FALSE END AS same_invoice,
       CASE WHEN p.same_days = 1 THEN TRUE ELSE FALSE END AS same_days,
       CASE WHEN p.same_visit = 1 THEN TRUE ELSE FALSE END AS same_visit,
       CASE WHEN p.same_institution = 1 THEN TRUE ELSE FALSE END AS same_institution
FROM pair AS p
JOIN net_setl AS n ON n.setl_id = p.setl_id
LEFT JOIN setl_anchor AS a ON a.setl_id = n.setl_id
LEFT JOIN facility AS f ON f.fixmedins_code = n.fixmedins_code
