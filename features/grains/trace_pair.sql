/*---
name: trace_pair
zh: 追溯码重复
says: one sale of a whole-pack trace code that was already sold and not returned since; anchored on the later sale
key: [candidate_key]
reads: [drug_trac_d, gone_setl, unit_line, judged_day, facility]
keep: true
---*/
WITH judged_code AS (
  SELECT DISTINCT t.drug_trac_codg
  FROM drug_trac_d AS t
  LEFT SEMI JOIN judged_day AS j ON j.judged_day = concat_text('event_date=', day_of(t.event_time))
  WHERE t.event = 'sell'
),
event AS (
  SELECT t.drug_trac_codg, t.hilist_code, t.fixmedins_code, t.event, t.event_time, t.psn_no, t.setl_id, t.bkkp_sn,
         COALESCE(t.trdn_flag, '0') AS trdn_flag
  FROM drug_trac_d AS t
  LEFT SEMI JOIN judged_code AS c ON c.drug_trac_codg = t.drug_trac_codg
  LEFT ANTI JOIN gone_setl AS g ON g.setl_id = t.setl_id
  WHERE COALESCE(t.vali_flag, '1') <> '0'
),
ordered AS (
  SELECT e.*,
         LAG(event) OVER (PARTITION BY drug_trac_codg ORDER BY event_time, bkkp_sn) AS before_event,
         LAG(fixmedins_code) OVER (PARTITION BY drug_trac_codg ORDER BY event_time, bkkp_sn) AS before_fixmedins_code,
         LAG(event_time) OVER (PARTITION BY drug_trac_codg ORDER BY event_time, bkkp_sn) AS before_time,
         LAG(bkkp_sn) OVER (PARTITION BY drug_trac_codg ORDER BY event_time, bkkp_sn) AS before_sn,
         LAG(setl_id) OVER (PARTITION BY drug_trac_codg ORDER BY event_time, bkkp_sn) AS before_setl_id,
         LAG(psn_no) OVER (PARTITION BY drug_trac_codg ORDER BY event_time, bkkp_sn) AS before_psn_no,
         ROW_NUMBER() OVER (PARTITION BY drug_trac_codg ORDER BY event_time, bkkp_sn) AS scan_no
  FROM event AS e
)
SELECT concat_text(o.drug_trac_codg, '/', o.event_time, '/', o.bkkp_sn) AS candidate_key, 'post' AS stage,
       concat_text('event_date=', day_of(o.event_time)) AS judged_day,
       COALESCE(f.party_type, CASE WHEN starts_with_text(o.fixmedins_code, 'P') THEN 'pharmacy' ELSE 'institution' END)
         AS provider_type,
       o.fixmedins_code, COALESCE(u.psn_no, o.psn_no) AS psn_no, u.bilg_dr_code AS dr_code, u.mdtrt_id,
       COALESCE(u.setl_id, o.setl_id) AS setl_id, COALESCE(u.bkkp_sn, o.bkkp_sn) AS bkkp_sn, text_list(o.before_sn) AS related_sn,
       u.setl_date, day_of(o.event_time) AS service_date, COALESCE(u.amt_basis, 'unknown') AS amt_basis, u.setl_fund_amt,
       u.setl_inscp_amt, u.med_type, u.inscp_amt, o.hilist_code, u.hilist_name, o.drug_trac_codg, o.trdn_flag, o.scan_no,
       o.before_fixmedins_code, o.before_time, o.before_setl_id,
       CASE WHEN o.before_fixmedins_code = o.fixmedins_code THEN TRUE ELSE FALSE END AS same_institution,
       CASE WHEN o.before_psn_no = o.psn_no THEN TRUE WHEN o.before_psn_no <> o.psn_no THEN FALSE END AS same_person,
       days_between(day_of(o.before_time), day_of(o.event_time)) AS days_since,
       matches(o.drug_trac_codg, '^[0-9]{20}$') AS well_formed
FROM ordered AS o
LEFT SEMI JOIN judged_day AS j ON j.judged_day = concat_text('event_date=', day_of(o.event_time))
LEFT JOIN unit_line AS u ON u.bkkp_sn = o.bkkp_sn
LEFT JOIN facility AS f ON f.fixmedins_code = o.fixmedins_code
WHERE o.event = 'sell' AND o.before_event = 'sell' AND COALESCE(o.before_setl_id, '') <> COALESCE(o.setl_id, '-')
