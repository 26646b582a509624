/*---
name: peer_department
zh: 科室同类比较
says: one department of one institution in the window - persons, lines, money by kind; party_id is institution/department
key: [party_id]
reads: [charge_day, fixmedins_b]
---*/
WITH by_department AS (
  SELECT fixmedins_code, dept_code, SUM(n_person) AS n_person_day, SUM(n_line) AS n_line, SUM(fee_amt) AS fee_amt,
         SUM(inscp_amt) AS fund_amt, SUM(exam_amt) AS exam_amt, SUM(therapy_amt) AS therapy_amt,
         SUM(drug_amt) AS drug_amt, SUM(material_amt) AS material_amt
  FROM charge_day WHERE dept_code <> '' GROUP BY fixmedins_code, dept_code
)
SELECT 'department' AS party_type, concat_text(d.fixmedins_code, '/', d.dept_code) AS party_id,
       concat_text('科室|', d.dept_code, '|', f.hosp_lv, '|', f.medins_type) AS group_1,
       concat_text('科室|', d.dept_code, '|', f.hosp_lv) AS group_2,
       concat_text('科室|', d.dept_code) AS group_3,
       '科室' AS group_4,
       d.n_person_day, d.n_line, d.fee_amt, d.fund_amt, d.exam_amt, d.therapy_amt, d.drug_amt, d.material_amt
FROM by_department AS d
INNER JOIN fixmedins_b AS f ON f.fixmedins_code = d.fixmedins_code AND f.fixmedins_type <> '2'
