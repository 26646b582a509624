/*---
name: charge_day
zh: 医师日收费汇总
says: one doctor in one department of one institution on one service day - persons, lines, money by kind, standard minutes; reversal lines cancel what they reverse
key: [fixmedins_code, dr_code, dept_code, service_date]
reads: [fee_list_d]
keep: true
---*/
-- Minutes are those of the service itself where it was timed (0 to 8 hours), else standard minutes per unit
-- by kind of charge: consultation and examination 5, therapy 10, operation 30 (rather too few than too
-- many). Laboratory, nursing, bed, drugs and material bind no doctor; nor does what nurses and machines do on a
-- ward (infusion, oxygen, monitor, by the hour) under the code of the doctor who ordered it.
SELECT fixmedins_code,
       text_or(COALESCE(acord_dr_code, bilg_dr_code), '') AS dr_code,
       text_or(bilg_dept_codg, '') AS dept_code,
       day_of(fee_ocur_time) AS service_date,
       COUNT(DISTINCT psn_no) AS n_person,
       SUM(CASE WHEN cnt > 0 THEN 1 WHEN cnt < 0 THEN -1 ELSE 0 END) AS n_line,
       SUM(det_item_fee_sumamt) AS fee_amt,
       SUM(inscp_amt) AS inscp_amt,
       SUM(CASE WHEN kind IN ('03', '04') THEN det_item_fee_sumamt ELSE 0 END) AS exam_amt,
       SUM(CASE WHEN kind = '05' THEN det_item_fee_sumamt ELSE 0 END) AS therapy_amt,
       SUM(CASE WHEN kind IN ('09', '11') THEN det_item_fee_sumamt ELSE 0 END) AS drug_amt,
       SUM(CASE WHEN kind = '08' THEN det_item_fee_sumamt ELSE 0 END) AS material_amt,
       SUM(CASE WHEN kind NOT IN ('02', '12', '03', '05', '06') THEN as_money(0)
                WHEN kind IN ('03', '05') AND in_ward AND serv_begntime IS NULL AND acord_dr_code IS NULL THEN as_money(0)
                WHEN cnt > 0 AND seconds_between(serv_begntime, serv_endtime) BETWEEN 1 AND 28800
                THEN prorate(1, seconds_between(serv_begntime, serv_endtime), 60)
                ELSE as_money(line_amount(cnt, CASE WHEN kind IN ('02', '12', '03') THEN 5
                                                    WHEN kind = '05' THEN 10 ELSE 30 END)) END) AS minutes
FROM (
  SELECT f.*, part_of_text(f.med_chrgitm_type, 1, 2) AS kind, COALESCE(starts_with_text(f.med_type, '2'), FALSE) AS in_ward
  FROM fee_list_d AS f
  WHERE COALESCE(f.vali_flag, '1') <> '0'
) AS line
GROUP BY fixmedins_code, text_or(COALESCE(acord_dr_code, bilg_dr_code), ''), text_or(bilg_dept_codg, ''),
         day_of(fee_ocur_time)
