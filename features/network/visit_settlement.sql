/*---
name: visit_settlement
zh: 到访结算
says: one outpatient or pharmacy settlement with the day and minute at which the person was there
key: [setl_id]
reads: [net_setl, mdtrt_d]
---*/
-- The time of the encounter where it has one: clinics may settle a whole day in the evening.
SELECT s.setl_id, s.psn_no, s.fixmedins_code, s.med_type, s.dise_no, s.dev_no, s.fund_pay_sumamt,
       CASE WHEN m.mdtrt_id IS NULL THEN s.setl_date ELSE day_of(m.begntime) END AS visit_date,
       minute_number(COALESCE(m.begntime, s.setl_time)) AS minute
FROM net_setl AS s
LEFT JOIN (
  SELECT mdtrt_id, begntime FROM mdtrt_d
  WHERE COALESCE(vali_flag, '1') <> '0' AND begntime > as_time(day_of(begntime))
) AS m ON m.mdtrt_id = s.mdtrt_id
      AND days_between(day_of(m.begntime), s.setl_date) BETWEEN 0 AND 1
WHERE s.care_setting <> 'inpatient'
