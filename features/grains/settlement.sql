/*---
name: settlement
zh: 结算
says: one valid settlement as delivered (reversals too) with its broken amount identities and the sums of its lines
key: [candidate_key]
reads: [setl_d, fee_list_d, judged_day, facility]
keep: true
---*/
WITH line AS (
  SELECT l.setl_id, SUM(l.det_item_fee_sumamt) AS det_item_fee_sumamt, SUM(l.inscp_amt) AS inscp_amt, COUNT(*) AS line_count,
         COUNT(CASE WHEN list_has(l.dq_flags, 'A6') THEN 1 END) AS a6_lines,
         COUNT(CASE WHEN list_has(l.dq_flags, 'A7') THEN 1 END) AS a7_lines,
         MAX(l.fee_ocur_time) AS last_time, MAX(l.bkkp_sn) AS any_sn,
         MAX(CASE WHEN list_has(l.dq_flags, 'A6') OR list_has(l.dq_flags, 'A7') THEN l.bkkp_sn END) AS broken_sn
  FROM fee_list_d AS l
  WHERE COALESCE(l.vali_flag, '1') <> '0' AND l.setl_id IS NOT NULL
  GROUP BY l.setl_id
)
SELECT s.setl_id AS candidate_key, 'post' AS stage, concat_text('setl_date=', day_of(s.setl_time)) AS judged_day,
       COALESCE(f.party_type, 'institution') AS provider_type, s.fixmedins_code, s.psn_no, CAST(NULL AS STRING) AS dr_code,
       s.mdtrt_id, s.setl_id, l.broken_sn AS bkkp_sn, no_texts() AS related_sn, day_of(s.setl_time) AS setl_date,
       s.enddate AS service_date, 'unknown' AS amt_basis, s.fund_pay_sumamt AS setl_fund_amt,
       s.inscp_amt AS setl_inscp_amt, s.med_type, s.medfee_sumamt, s.inscp_amt,
       s.refd_setl_flag,
       join_texts(s.dq_flags, ' ') AS broken,
       list_has(s.dq_flags, 'A1') AS a1, list_has(s.dq_flags, 'A2') AS a2, list_has(s.dq_flags, 'A3') AS a3,
       list_has(s.dq_flags, 'A4') AS a4, list_has(s.dq_flags, 'A10') AS a10, list_has(s.dq_flags, 'A11') AS a11,
       COALESCE(l.a6_lines, 0) AS a6_lines, COALESCE(l.a7_lines, 0) AS a7_lines,
       COALESCE(l.line_count, 0) AS line_count, l.det_item_fee_sumamt AS lines_sumamt,
       s.medfee_sumamt - COALESCE(l.det_item_fee_sumamt, s.medfee_sumamt) AS difference
FROM setl_d AS s
LEFT SEMI JOIN judged_day AS j ON j.judged_day = concat_text('setl_date=', day_of(s.setl_time))
LEFT JOIN line AS l ON l.setl_id = s.setl_id
LEFT JOIN facility AS f ON f.fixmedins_code = s.fixmedins_code
WHERE COALESCE(s.vali_flag, '1') <> '0'
