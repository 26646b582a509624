/*---
name: newborn_visit
zh: 新生儿就诊
says: one visit of a newborn under a parent's number, by the visit's flag or by a perinatal main diagnosis of somebody older than a year
key: [mdtrt_id]
reads: [mdtrt_d, setl_list_diag_d, psn_info_b]
keep: true
---*/
WITH perinatal AS (
  SELECT mdtrt_id, psn_no, day_of(begntime) AS day FROM mdtrt_d
  WHERE COALESCE(vali_flag, '1') <> '0'
    AND (starts_with_text(dscg_maindiag_code, 'P') OR starts_with_text(dscg_maindiag_code, 'Z38'))
  UNION ALL
  SELECT d.mdtrt_id, d.psn_no, day_of(m.begntime) AS day
  FROM setl_list_diag_d AS d JOIN mdtrt_d AS m ON m.mdtrt_id = d.mdtrt_id
  WHERE COALESCE(d.vali_flag, '1') <> '0' AND d.maindiag_flag = '1'
    AND (starts_with_text(d.diag_code, 'P') OR starts_with_text(d.diag_code, 'Z38'))
)
SELECT DISTINCT mdtrt_id FROM (
  SELECT mdtrt_id FROM mdtrt_d WHERE nwb_flag = '1' AND COALESCE(vali_flag, '1') <> '0'
  UNION ALL
  SELECT v.mdtrt_id FROM perinatal AS v
  JOIN psn_info_b AS p ON p.psn_no = v.psn_no AND days_between(p.brdy, v.day) > 365
) AS known
