/*---
name: settlement_day
zh: 机构日结算汇总
says: one institution or pharmacy on one day - settlements, persons, money, and the counts peers are compared on
key: [fixmedins_code, setl_date]
reads: [settlement_pace]
keep: true
---*/
SELECT fixmedins_code, setl_date,
       COUNT(*) AS n_setl,
       COUNT(DISTINCT psn_no) AS n_person,
       SUM(medfee_sumamt) AS fee_amt,
       SUM(fund_pay_sumamt) AS fund_amt,
       rows_where(care_setting = 'inpatient') AS n_inpatient,
       rows_where(care_setting <> 'inpatient') AS n_outpatient,
       SUM(CASE WHEN care_setting = 'inpatient' THEN fund_pay_sumamt ELSE 0 END) AS inpatient_fund_amt,
       SUM(CASE WHEN care_setting <> 'inpatient' THEN fund_pay_sumamt ELSE 0 END) AS outpatient_fund_amt,
       SUM(CASE WHEN care_setting = 'inpatient' THEN stay_days ELSE 0 END) AS bed_days,
       rows_where(care_setting = 'inpatient' AND stay_days <= 3) AS n_short_stay,
       rows_where(back_soon) AS n_back_soon,
       rows_where(psn_pay = 0 AND fund_pay_sumamt > 0) AS n_no_own_pay,
       rows_where(care_setting <> 'inpatient' AND seconds_since < 60) AS n_rapid,
       rows_where(care_setting <> 'inpatient' AND (hour_of(setl_time) < 6 OR hour_of(setl_time) >= 22)) AS n_night,
       rows_where(from_elsewhere) AS n_from_elsewhere,
       rows_where(drg_codg IS NOT NULL) AS n_grouped,
       rows_where(matches(drg_codg, '[13]$')) AS n_complicated,
       rows_where(partly_refunded) AS n_refunded
FROM settlement_pace
GROUP BY fixmedins_code, setl_date
