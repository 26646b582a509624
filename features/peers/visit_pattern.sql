/*---
name: visit_pattern
zh: 就诊样式
says: one net settlement outside the ward with what stands before it - the person's own visits, and the settlement before it at the place
key: [setl_id]
reads: [net_setl]
keep: true
---*/
WITH shared AS (
  SELECT dev_no FROM (SELECT dev_no, COUNT(DISTINCT fixmedins_code) AS places FROM net_setl WHERE dev_no IS NOT NULL GROUP BY dev_no) AS d
  WHERE places > 1
),
ordered AS (
  SELECT n.setl_id, n.fixmedins_code, n.psn_no, n.setl_date, n.setl_time, n.medfee_sumamt, n.fund_pay_sumamt, n.med_type, n.dev_no,
         LAG(n.setl_date) OVER (PARTITION BY n.fixmedins_code, n.psn_no ORDER BY n.setl_time, n.setl_id) AS day_1,
         LAG(n.setl_date, 2) OVER (PARTITION BY n.fixmedins_code, n.psn_no ORDER BY n.setl_time, n.setl_id) AS day_2,
         LAG(n.setl_date, 3) OVER (PARTITION BY n.fixmedins_code, n.psn_no ORDER BY n.setl_time, n.setl_id) AS day_3,
         LAG(n.psn_no) OVER (PARTITION BY n.fixmedins_code, n.setl_date ORDER BY n.setl_time, n.setl_id) AS person_before,
         LAG(n.medfee_sumamt) OVER (PARTITION BY n.fixmedins_code, n.setl_date ORDER BY n.setl_time, n.setl_id) AS amount_before,
         LAG(n.setl_time) OVER (PARTITION BY n.fixmedins_code, n.setl_date ORDER BY n.setl_time, n.setl_id) AS time_before,
         LAG(n.setl_time, 2) OVER (PARTITION BY n.fixmedins_code, n.setl_date ORDER BY n.setl_time, n.setl_id) AS time_2,
         LAG(n.psn_no, 2) OVER (PARTITION BY n.fixmedins_code, n.setl_date ORDER BY n.setl_time, n.setl_id) AS person_2
  FROM net_setl AS n WHERE n.care_setting <> 'inpatient'
)
SELECT o.setl_id, o.fixmedins_code, o.setl_date, o.fund_pay_sumamt, o.med_type,
       -- Four visits at three equal steps of two days and more; three are needed to say so.
       CASE WHEN o.day_3 IS NOT NULL THEN TRUE ELSE FALSE END AS has_rhythm,
       COALESCE(days_between(o.day_1, o.setl_date) >= 2
                AND days_between(o.day_1, o.setl_date) = days_between(o.day_2, o.day_1)
                AND days_between(o.day_2, o.day_1) = days_between(o.day_3, o.day_2), FALSE) AS in_rhythm,
       COALESCE(o.psn_no <> o.person_before, FALSE) AS after_another,
       COALESCE(o.psn_no <> o.person_before AND o.medfee_sumamt = o.amount_before, FALSE) AS same_amount,
       COALESCE(o.psn_no <> o.person_before AND seconds_between(o.time_before, o.setl_time) < 60, FALSE) AS card_pair,
       COALESCE(matches(as_text(o.medfee_sumamt), '[1-9]00[.]00$|000[.]00$'), FALSE) AS round_amount,
       -- Three different persons inside 60 seconds: a bundle of cards, which chance meetings of two are not.
       COALESCE(o.psn_no <> o.person_before AND o.person_before <> o.person_2 AND o.psn_no <> o.person_2
                AND seconds_between(o.time_2, o.setl_time) < 60, FALSE) AS card_burst,
       CASE WHEN o.dev_no IS NOT NULL THEN TRUE ELSE FALSE END AS has_device,
       CASE WHEN s.dev_no IS NOT NULL THEN TRUE ELSE FALSE END AS shared_device
FROM ordered AS o LEFT JOIN shared AS s ON s.dev_no = o.dev_no
