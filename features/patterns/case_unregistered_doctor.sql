/*---
name: case_unregistered_doctor
zh: 收费情形：医师不在册
says: one settlement and one doctor's code on its lines (pharmacies apart), with whether the code is on no register, stands at two places at most, and on charges of ten persons or more
key: [case_id]
reads: [fee_list_d, net_setl, medins_dr_b]
---*/
-- A code at many places is a default of some system; one on a few lines is a slip of the pen. A register delivered late
-- hides new doctors everywhere alike, and then no place stands out.
WITH register AS (
  SELECT DISTINCT prac_psn_code FROM medins_dr_b
),
signed AS (
  SELECT f.setl_id, f.bilg_dr_code AS dr_code, MIN(f.psn_no) AS psn_no, MIN(f.fixmedins_code) AS fixmedins_code,
         MIN(day_of(f.fee_ocur_time)) AS day, as_money(SUM(f.inscp_amt)) AS amount
  FROM fee_list_d AS f LEFT SEMI JOIN net_setl AS n ON n.setl_id = f.setl_id
  WHERE f.bilg_dr_code IS NOT NULL AND f.cnt > 0 AND COALESCE(f.vali_flag, '1') <> '0' AND f.med_type <> '41'
  GROUP BY f.setl_id, f.bilg_dr_code
),
stranger AS (
  SELECT s.dr_code FROM signed AS s LEFT ANTI JOIN register AS r ON r.prac_psn_code = s.dr_code
  GROUP BY s.dr_code HAVING COUNT(DISTINCT s.fixmedins_code) <= 2 AND COUNT(DISTINCT s.psn_no) >= 10
)
SELECT 'unregistered_doctor' AS pattern, concat_text(s.setl_id, '/', s.dr_code) AS case_id, s.setl_id, s.psn_no, s.fixmedins_code, s.dr_code,
       s.day, s.amount, CASE WHEN t.dr_code IS NULL THEN FALSE ELSE TRUE END AS shown
FROM signed AS s LEFT JOIN stranger AS t ON t.dr_code = s.dr_code
