/*---
name: person_window
zh: 人次窗
says: one person's visits, purchases and stays in the 30 and 365 days up to a judged settlement; anchored on its latest line
key: [candidate_key]
reads: [net_setl, unit_line, setl_anchor, visit_diagnosis, judged_day, facility]
keep: true
# Whether a stay of the last year was a planned one shows in its lines.
far:
  days: 366
  where: >-
    (starts_with_text(t.med_type, '2') OR t.med_type = '52')
    AND (starts_with_text(t.hilist_code, '00311000') OR starts_with_text(t.hilist_code, '0024')
      OR starts_with_text(t.hilist_code, 'XN07BC') OR starts_with_text(t.hilist_code, 'XJ07BG')
      OR starts_with_text(t.hilist_code, '0034') OR starts_with_text(t.hilist_code, '004'))
---*/
WITH planned AS (
  SELECT DISTINCT setl_id FROM unit_line
  WHERE setl_id IS NOT NULL
    AND (starts_with_text(hilist_code, '00311000') OR starts_with_text(hilist_code, '0024')
      OR starts_with_text(hilist_code, 'XN07BC') OR starts_with_text(hilist_code, 'XJ07BG')
      OR starts_with_text(hilist_code, '0034') OR starts_with_text(hilist_code, '004'))
),
visit AS (
  SELECT n.setl_id, n.mdtrt_id, n.psn_no, n.fixmedins_code, n.enddate AS day, n.setl_date, n.setl_time, n.med_type, n.care_setting,
         n.amt_basis, n.fund_pay_sumamt, n.inscp_amt, n.begndate,
         CASE WHEN p.setl_id IS NOT NULL OR starts_with_text(n.med_type, '14') OR matches(COALESCE(d.main_code, ''), '^(Z51|Z49)') THEN TRUE ELSE FALSE END AS planned,
         CASE WHEN j.judged_day IS NULL THEN FALSE ELSE TRUE END AS judged
  FROM net_setl AS n
  LEFT JOIN planned AS p ON p.setl_id = n.setl_id
  LEFT JOIN visit_diagnosis AS d ON d.mdtrt_id = n.mdtrt_id
  LEFT JOIN judged_day AS j ON j.judged_day = concat_text('setl_date=', n.setl_date)
),
ranked AS (
  SELECT v.*, ROW_NUMBER() OVER (PARTITION BY psn_no, setl_date, care_setting ORDER BY setl_time DESC, setl_id DESC) AS nth
  FROM visit AS v WHERE judged
),
counted AS (
  SELECT r.setl_id,
         COUNT(DISTINCT CASE WHEN v.care_setting = 'outpatient' AND NOT v.planned AND v.day > add_days(r.day, -30)
                             THEN v.mdtrt_id END) AS visits,
         COUNT(DISTINCT CASE WHEN v.care_setting = 'outpatient' AND NOT v.planned AND v.day > add_days(r.day, -30)
                             THEN v.day END) AS visit_days,
         COUNT(DISTINCT CASE WHEN v.care_setting = 'pharmacy' AND v.day > add_days(r.day, -30) THEN v.setl_id END) AS purchases,
         COUNT(DISTINCT CASE WHEN v.care_setting = 'pharmacy' AND v.day > add_days(r.day, -30) THEN v.fixmedins_code END)
           AS pharmacies,
         COUNT(DISTINCT CASE WHEN v.care_setting = 'inpatient' AND NOT v.planned THEN v.mdtrt_id END) AS stays,
         COUNT(DISTINCT CASE WHEN v.care_setting = 'inpatient' AND NOT v.planned THEN v.fixmedins_code END) AS hospitals,
         COUNT(DISTINCT CASE WHEN v.care_setting = 'outpatient' AND v.day > add_days(r.day, -30) THEN v.fixmedins_code END) AS clinics,
         -- The same day or stay settled on an earlier day: that night counted it, this settlement brings nothing new.
         COUNT(CASE WHEN v.setl_date < r.setl_date AND v.care_setting = r.care_setting AND NOT v.planned
                     AND ((r.care_setting = 'inpatient' AND v.mdtrt_id = r.mdtrt_id)
                       OR (r.care_setting = 'outpatient' AND v.day = r.day)) THEN 1 END)
           AS counted_before,
         SUM(CASE WHEN v.care_setting = r.care_setting AND (r.care_setting = 'inpatient' OR v.day > add_days(r.day, -30))
                  THEN v.inscp_amt END) AS window_inscp_amt
  FROM ranked AS r
  JOIN visit AS v ON v.psn_no = r.psn_no AND v.day <= r.day AND v.day > add_days(r.day, -365)
  WHERE r.nth = 1
  GROUP BY r.setl_id
)
SELECT concat_text(r.psn_no, '/', r.care_setting, '/', r.setl_id) AS candidate_key, 'post' AS stage,
       concat_text('setl_date=', r.setl_date) AS judged_day, COALESCE(f.party_type, 'institution') AS provider_type,
       r.fixmedins_code, r.psn_no, a.bilg_dr_code AS dr_code, r.mdtrt_id, r.setl_id, a.bkkp_sn, no_texts() AS related_sn,
       r.setl_date, COALESCE(a.service_date, r.day) AS service_date, r.amt_basis, r.fund_pay_sumamt AS setl_fund_amt,
       r.inscp_amt AS setl_inscp_amt, r.med_type, r.inscp_amt, r.care_setting, r.planned, c.visits, c.visit_days, c.purchases,
       c.pharmacies, c.stays, c.hospitals, c.clinics, c.window_inscp_amt, c.counted_before
FROM ranked AS r
JOIN counted AS c ON c.setl_id = r.setl_id
LEFT JOIN setl_anchor AS a ON a.setl_id = r.setl_id
LEFT JOIN facility AS f ON f.fixmedins_code = r.fixmedins_code
WHERE r.nth = 1
