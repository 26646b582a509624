/*---
name: refunded_line
zh: 退费明细
says: one line that a refund touches - the reversal itself, or the line it gives back, with what that changes
key: [bkkp_sn]
reads: [fee_list_d, setl_d]
keep: true
---*/
WITH refund_line AS (
  SELECT f.bkkp_sn, f.init_feedetl_sn, f.hilist_code, s.init_setl_id, f.cnt, f.det_item_fee_sumamt, f.inscp_amt
  FROM fee_list_d AS f
  LEFT JOIN setl_d AS s ON s.setl_id = f.setl_id AND s.refd_setl_flag = '1'
                       AND COALESCE(s.vali_flag, '1') <> '0'
  WHERE COALESCE(f.vali_flag, '1') <> '0'
    AND (f.init_feedetl_sn IS NOT NULL OR s.setl_id IS NOT NULL OR f.cnt < 0)
),
by_item AS (
  SELECT init_setl_id, hilist_code, cnt, det_item_fee_sumamt, inscp_amt
  FROM refund_line WHERE init_feedetl_sn IS NULL AND init_setl_id IS NOT NULL
),
-- A refund that names no line gives back the largest one of its item.
ranked AS (
  SELECT l.bkkp_sn, l.setl_id, l.hilist_code,
         ROW_NUMBER() OVER (PARTITION BY l.setl_id, l.hilist_code ORDER BY l.cnt DESC, l.bkkp_sn) AS nth
  FROM fee_list_d AS l LEFT SEMI JOIN by_item AS i ON i.init_setl_id = l.setl_id AND i.hilist_code = l.hilist_code
  WHERE COALESCE(l.vali_flag, '1') <> '0'
),
change AS (
  SELECT bkkp_sn, 1 AS reversal, CAST(NULL AS DECIMAL(16,4)) AS cnt, CAST(NULL AS DECIMAL(16,2)) AS det_item_fee_sumamt,
         CAST(NULL AS DECIMAL(16,2)) AS inscp_amt
  FROM refund_line
  UNION ALL
  SELECT init_feedetl_sn AS bkkp_sn, 0 AS reversal, cnt, det_item_fee_sumamt, inscp_amt
  FROM refund_line WHERE init_feedetl_sn IS NOT NULL
  UNION ALL
  SELECT r.bkkp_sn, 0 AS reversal, i.cnt, i.det_item_fee_sumamt, i.inscp_amt
  FROM ranked AS r JOIN by_item AS i ON i.init_setl_id = r.setl_id AND i.hilist_code = r.hilist_code
  WHERE r.nth = 1
)
SELECT bkkp_sn, CASE WHEN MAX(reversal) = 1 THEN TRUE ELSE FALSE END AS reversal, SUM(cnt) AS cnt,
       SUM(det_item_fee_sumamt) AS det_item_fee_sumamt, SUM(inscp_amt) AS inscp_amt
FROM change GROUP BY bkkp_sn
