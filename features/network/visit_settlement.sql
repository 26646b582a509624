/*---
name: visit_settlement
zh: 到访结算
says: one settlement with the day its person came and a clock; the minute since 1970 of a visit, the day since 1970 a stay ended
key: [setl_id]
reads: [net_setl, mdtrt_d]
---*/
-- The time of the encounter where it has one: clinics may settle a whole day in the evening.
SELECT s.setl_id, s.psn_no, s.fixmedins_code, s.med_type, s.fund_pay_sumamt,
       CASE WHEN s.care_setting = 'inpatient' THEN TRUE ELSE FALSE END AS inpatient,
       CASE WHEN s.care_setting = 'inpatient' THEN s.begndate
            WHEN m.mdtrt_id IS NULL THEN s.setl_date ELSE day_of(m.begntime) END AS visit_date,
       CASE WHEN s.care_setting = 'inpatient' THEN as_whole(days_between(DATE '1970-01-01', s.enddate))
            ELSE minute_number(COALESCE(m.begntime, s.setl_time)) END AS minute
FROM net_setl AS s
LEFT JOIN (
  SELECT mdtrt_id, begntime FROM mdtrt_d
  WHERE COALESCE(vali_flag, '1') <> '0' AND begntime > as_time(day_of(begntime))
) AS m ON m.mdtrt_id = s.mdtrt_id
      AND days_between(day_of(m.begntime), s.setl_date) BETWEEN 0 AND 1
