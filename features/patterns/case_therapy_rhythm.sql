/*---
name: case_therapy_rhythm
zh: 理疗情形：固定间隔
says: one outpatient day of therapy, with whether it follows the one before at the same distance as that the one before it, four days or more and no whole weeks
key: [case_id]
reads: [fee_list_d, net_setl]
---*/
WITH visit AS (
  SELECT f.psn_no, f.fixmedins_code, day_of(f.fee_ocur_time) AS day, MIN(f.setl_id) AS setl_id, MAX(f.bilg_dr_code) AS dr_code,
         as_money(SUM(f.inscp_amt)) AS amount
  FROM fee_list_d AS f
  LEFT SEMI JOIN net_setl AS n ON n.setl_id = f.setl_id
  WHERE COALESCE(f.vali_flag, '1') <> '0' AND f.cnt > 0 AND starts_with_text(f.med_chrgitm_type, '05')
    AND NOT starts_with_text(f.med_type, '2') AND NOT contains_text(f.hilist_name, '透析')
  GROUP BY f.psn_no, f.fixmedins_code, day_of(f.fee_ocur_time)
),
stepped AS (
  SELECT v.*, LAG(v.day) OVER (PARTITION BY v.psn_no, v.fixmedins_code ORDER BY v.day) AS before_day,
         LAG(v.day, 2) OVER (PARTITION BY v.psn_no, v.fixmedins_code ORDER BY v.day) AS second_before
  FROM visit AS v
)
-- Whole weeks are a weekday that both sides keep: ordinary of clinics and courses.
SELECT 'therapy_rhythm' AS pattern, concat_text(s.psn_no, '/', s.fixmedins_code, '/', s.day) AS case_id, s.setl_id, s.psn_no,
       s.fixmedins_code, s.dr_code, s.day, s.amount,
       COALESCE(days_between(s.before_day, s.day) >= 4
                AND safe_ratio(days_between(s.before_day, s.day), 7) > round_down(safe_ratio(days_between(s.before_day, s.day), 7))
                AND days_between(s.before_day, s.day) = days_between(s.second_before, s.before_day), FALSE) AS shown
FROM stepped AS s
