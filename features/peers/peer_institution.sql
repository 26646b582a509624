/*---
name: peer_institution
zh: 机构同类比较
says: one institution or pharmacy in the window - what it did, its money, and its peer groups from fine to coarse
key: [party_id]
reads: [settlement_day, charge_day, fixmedins_b, institution_item, institution_stock, institution_pattern, institution_bed,
        institution_coding, institution_care, institution_discharge]
---*/
-- Of a place outside the pool we see only those who travelled there: such places are compared with each other. The
-- pool is where most settlements are made.
WITH settled AS (
  SELECT d.fixmedins_code, SUM(d.n_setl) AS n_setl, SUM(d.n_person) AS n_person_day, SUM(d.fee_amt) AS fee_amt,
         SUM(d.fund_amt) AS fund_amt, SUM(d.n_inpatient) AS n_inpatient, SUM(d.n_outpatient) AS n_outpatient,
         SUM(d.inpatient_fund_amt) AS inpatient_fund_amt, SUM(d.outpatient_fund_amt) AS outpatient_fund_amt,
         SUM(d.bed_days) AS bed_days, SUM(d.n_short_stay) AS n_short_stay, SUM(d.n_back_soon) AS n_back_soon,
         SUM(d.n_no_own_pay) AS n_no_own_pay, SUM(d.n_rapid) AS n_rapid, SUM(d.n_night) AS n_night,
         SUM(d.n_from_elsewhere) AS n_from_elsewhere, SUM(d.n_grouped) AS n_grouped,
         SUM(d.n_complicated) AS n_complicated, SUM(d.n_refunded) AS n_refunded, COUNT(*) AS n_day,
         MAX(d.n_setl) AS busiest_day
  FROM settlement_day AS d
  GROUP BY d.fixmedins_code
),
pool AS (
  SELECT region FROM (
    SELECT r.region, ROW_NUMBER() OVER (ORDER BY r.n_setl DESC, r.region) AS nth
    FROM (SELECT part_of_text(f.fix_blng_admdvs, 1, 4) AS region, SUM(s.n_setl) AS n_setl
          FROM settled AS s INNER JOIN fixmedins_b AS f ON f.fixmedins_code = s.fixmedins_code
          WHERE f.fix_blng_admdvs IS NOT NULL GROUP BY part_of_text(f.fix_blng_admdvs, 1, 4)) AS r
  ) AS ordered WHERE nth = 1
),
level AS (
  SELECT f.fixmedins_code, f.fixmedins_type, f.aprv_bed_cnt, f.medins_type, f.medins_spec,
         CASE WHEN part_of_text(f.fix_blng_admdvs, 1, 4) <> p.region THEN '异地' ELSE '' END AS outside,
         CASE WHEN f.fixmedins_type = '2' THEN '零售药店'
              WHEN f.hosp_lv IN ('01', '02', '03', '04', '12') THEN '三级'
              WHEN f.hosp_lv IN ('05', '06', '07', '13') THEN '二级'
              WHEN f.hosp_lv IN ('08', '09', '10', '14') THEN '一级' ELSE '无等级' END AS hosp_level
  FROM fixmedins_b AS f LEFT JOIN pool AS p ON p.region IS NOT NULL
),
doctor_day AS (
  SELECT fixmedins_code, dr_code, service_date, SUM(minutes) AS minutes
  FROM charge_day WHERE dr_code <> '' GROUP BY fixmedins_code, dr_code, service_date
),
capacity AS (
  SELECT fixmedins_code, COUNT(*) AS n_doctor_day, rows_where(minutes > 1440) AS n_over_day
  FROM doctor_day GROUP BY fixmedins_code
),
charged AS (
  SELECT fixmedins_code, SUM(n_line) AS n_line, SUM(fee_amt) AS line_amt, SUM(exam_amt) AS exam_amt,
         SUM(therapy_amt) AS therapy_amt, SUM(drug_amt) AS drug_amt, SUM(material_amt) AS material_amt
  FROM charge_day GROUP BY fixmedins_code
)
SELECT CASE WHEN l.fixmedins_type = '2' THEN 'pharmacy' ELSE 'institution' END AS party_type,
       s.fixmedins_code AS party_id,
       concat_text(l.outside, l.hosp_level, '|', l.medins_type, '|', l.medins_spec) AS group_1,
       concat_text(l.outside, l.hosp_level, '|', l.medins_type) AS group_2,
       concat_text(l.outside, l.hosp_level) AS group_3,
       concat_text(l.outside, CASE WHEN l.fixmedins_type = '2' THEN '零售药店' ELSE '医疗机构' END) AS group_4,
       s.n_setl, s.n_person_day, s.fee_amt, s.fund_amt, s.n_inpatient, s.n_outpatient, s.inpatient_fund_amt,
       s.outpatient_fund_amt, s.bed_days, s.n_short_stay, s.n_back_soon, s.n_no_own_pay, s.n_rapid, s.n_night,
       s.n_from_elsewhere, s.n_grouped, s.n_complicated, s.n_refunded, s.n_day, s.busiest_day,
       COALESCE(c.n_doctor_day, 0) AS n_doctor_day, COALESCE(c.n_over_day, 0) AS n_over_day,
       COALESCE(h.n_line, 0) AS n_line, COALESCE(h.line_amt, 0) AS line_amt, COALESCE(h.exam_amt, 0) AS exam_amt,
       COALESCE(h.therapy_amt, 0) AS therapy_amt, COALESCE(h.drug_amt, 0) AS drug_amt,
       COALESCE(h.material_amt, 0) AS material_amt,
       CASE WHEN l.aprv_bed_cnt > 0 THEN l.aprv_bed_cnt END AS beds,
       i.item_amt, i.top_item_amt, i.priced_amt, i.priced_elsewhere_amt, k.stocked_amt, k.unsupplied_amt,
       v.n_visit, v.n_fourth, v.n_in_rhythm, v.n_after_another, v.n_same_amount, v.n_round_amount, v.n_card_pair,
       v.n_chance_pair, v.n_card_burst, v.n_chance_burst, v.n_with_device,
       v.n_shared_device, v.n_december, v.n_chronic, v.chronic_fund_amt, b.n_bed_day, b.n_over_bed_day,
       g.n_weighted, g.case_weight, g.grouped_fee_amt, g.group_fee_amt, g.grouped_days, g.group_days, g.n_coded,
       g.n_diagnosis, g.n_cheap_complicated, o.n_service, o.n_overlapping,
       d.n_discharged, d.n_transferred
FROM settled AS s
LEFT JOIN level AS l ON l.fixmedins_code = s.fixmedins_code
LEFT JOIN capacity AS c ON c.fixmedins_code = s.fixmedins_code
LEFT JOIN charged AS h ON h.fixmedins_code = s.fixmedins_code
LEFT JOIN institution_item AS i ON i.fixmedins_code = s.fixmedins_code
LEFT JOIN institution_stock AS k ON k.fixmedins_code = s.fixmedins_code
LEFT JOIN institution_pattern AS v ON v.fixmedins_code = s.fixmedins_code
LEFT JOIN institution_bed AS b ON b.fixmedins_code = s.fixmedins_code
LEFT JOIN institution_coding AS g ON g.fixmedins_code = s.fixmedins_code
LEFT JOIN institution_care AS o ON o.fixmedins_code = s.fixmedins_code
LEFT JOIN institution_discharge AS d ON d.fixmedins_code = s.fixmedins_code
