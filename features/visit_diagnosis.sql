/*---
name: visit_diagnosis
zh: 就诊诊断
says: one visit with the codes of all its diagnoses (admission, discharge, secondary), sorted, as one text
key: [mdtrt_id]
reads: [setl_list_diag_d, mdtrt_d]
keep: true
---*/
WITH named AS (
  SELECT mdtrt_id, diag_code, CASE WHEN maindiag_flag = '1' THEN diag_code END AS main_code
  FROM setl_list_diag_d WHERE COALESCE(vali_flag, '1') <> '0'
  UNION ALL
  SELECT mdtrt_id, dscg_maindiag_code AS diag_code, dscg_maindiag_code AS main_code
  FROM mdtrt_d WHERE COALESCE(vali_flag, '1') <> '0' AND dscg_maindiag_code IS NOT NULL
)
SELECT mdtrt_id, join_texts(sorted_texts(diag_code), ' ') AS diagnoses, COUNT(DISTINCT diag_code) AS diag_count,
       MAX(main_code) AS main_code
FROM named GROUP BY mdtrt_id
