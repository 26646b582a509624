/*---
name: visit_care
zh: 到访的治疗类别
says: the course of treatment that a visit's own codes name (dialysis, chemo_cycle, nursing_home, rehabilitation), for persons of interest
key: [psn_no, fixmedins_code, visit_date]
reads: [visit_settlement, network_interest, fee_list_d, setl_list_diag_d, fixmedins_b]
keep: true
---*/
-- A service rendered, not a filter or a tube on somebody's bill; kidney failure as the reason of the visit.
WITH settlement AS (
  SELECT s.setl_id, s.psn_no, s.fixmedins_code, s.visit_date, s.med_type
  FROM visit_settlement AS s LEFT SEMI JOIN network_interest AS i ON i.psn_no = s.psn_no
),
code AS (
  SELECT l.setl_id, CASE WHEN contains_text(l.hilist_name, '透析') THEN 'dialysis'
                         WHEN contains_text(l.hilist_name, '化疗') OR contains_text(l.hilist_name, '放射治疗')
                         THEN 'chemo_cycle' ELSE 'rehabilitation' END AS care
  FROM fee_list_d AS l LEFT SEMI JOIN settlement AS s ON s.setl_id = l.setl_id
  WHERE COALESCE(l.list_type, '201') = '201' AND (contains_text(l.hilist_name, '透析') OR contains_text(l.hilist_name, '化疗')
     OR contains_text(l.hilist_name, '放射治疗') OR contains_text(l.hilist_name, '康复训练'))
  UNION ALL
  SELECT d.setl_id, CASE WHEN starts_with_text(d.diag_code, 'Z51') THEN 'chemo_cycle' ELSE 'dialysis' END AS care
  FROM setl_list_diag_d AS d LEFT SEMI JOIN settlement AS s ON s.setl_id = d.setl_id
  WHERE (starts_with_text(d.diag_code, 'N18') AND d.maindiag_flag = '1') OR starts_with_text(d.diag_code, 'Z49')
     OR starts_with_text(d.diag_code, 'Z51')
  UNION ALL
  SELECT s.setl_id, 'nursing_home' AS care
  FROM settlement AS s JOIN fixmedins_b AS f ON f.fixmedins_code = s.fixmedins_code
  WHERE s.med_type IN ('61', '71') OR matches(f.fixmedins_name, '养老|敬老|护理院|福利院|托老')
)
SELECT s.psn_no, s.fixmedins_code, s.visit_date, MIN(c.care) AS care
FROM settlement AS s JOIN code AS c ON c.setl_id = s.setl_id
GROUP BY s.psn_no, s.fixmedins_code, s.visit_date
