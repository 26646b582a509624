/*---
name: item_charged
zh: 机构项目用量
says: one catalogue item at one institution or pharmacy in the window - quantity and yuan after reversals
key: [fixmedins_code, hilist_code]
reads: [fee_list_d]
keep: true
---*/
SELECT fixmedins_code, hilist_code, SUM(cnt) AS cnt, SUM(det_item_fee_sumamt) AS fee_amt, COUNT(*) AS n_line
FROM fee_list_d
WHERE COALESCE(vali_flag, '1') <> '0'
GROUP BY fixmedins_code, hilist_code
