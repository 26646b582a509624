/*---
name: peer_person
zh: 参保人同类比较
says: one insured person in the window - settlements, places, days, money; peers are of the same age band, sex and insurance
key: [party_id]
reads: [settlement_pace, psn_info_b]
---*/
WITH by_person AS (
  SELECT psn_no, COUNT(*) AS n_setl, COUNT(DISTINCT fixmedins_code) AS n_place, COUNT(DISTINCT setl_date) AS n_day,
         SUM(fund_pay_sumamt) AS fund_amt, SUM(medfee_sumamt) AS fee_amt,
         rows_where(care_setting = 'inpatient') AS n_inpatient, rows_where(care_setting = 'pharmacy') AS n_pharmacy,
         rows_where(care_setting = 'outpatient') AS n_outpatient, MAX(insutype) AS insutype, MAX(setl_date) AS last_date
  FROM settlement_pace GROUP BY psn_no
)
SELECT 'person' AS party_type, b.psn_no AS party_id,
       concat_text('参保人|', a.age_band, '|', a.gend, '|', b.insutype) AS group_1,
       concat_text('参保人|', a.age_band, '|', a.gend) AS group_2,
       concat_text('参保人|', a.age_band) AS group_3,
       '参保人' AS group_4,
       1 AS n_one, b.n_setl, b.n_place, b.n_day, b.fund_amt, b.fee_amt, b.n_inpatient, b.n_pharmacy, b.n_outpatient
FROM by_person AS b
LEFT JOIN (
  SELECT i.psn_no, i.gend,
         CASE WHEN age_years(i.brdy, p.last_date) < 15 THEN '0-14岁' WHEN age_years(i.brdy, p.last_date) < 45 THEN '15-44岁'
              WHEN age_years(i.brdy, p.last_date) < 60 THEN '45-59岁' WHEN age_years(i.brdy, p.last_date) < 75 THEN '60-74岁'
              ELSE '75岁及以上' END AS age_band
  FROM psn_info_b AS i INNER JOIN by_person AS p ON p.psn_no = i.psn_no
) AS a ON a.psn_no = b.psn_no
