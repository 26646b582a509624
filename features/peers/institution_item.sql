/*---
name: institution_item
zh: 机构价格与单品集中
says: one institution or pharmacy - yuan of its items against the same quantities at the others' prices, and yuan of its dearest item
key: [fixmedins_code]
reads: [item_charged]
---*/
-- An item is compared where at least five other places charge it; its price elsewhere leaves this place out.
WITH item AS (
  SELECT c.fixmedins_code, c.hilist_code, c.cnt, c.fee_amt,
         SUM(c.cnt) OVER (PARTITION BY c.hilist_code) - c.cnt AS other_cnt,
         SUM(c.fee_amt) OVER (PARTITION BY c.hilist_code) - c.fee_amt AS other_amt,
         COUNT(*) OVER (PARTITION BY c.hilist_code) AS places
  FROM item_charged AS c WHERE c.cnt > 0 AND c.fee_amt > 0
)
SELECT fixmedins_code, SUM(fee_amt) AS item_amt, MAX(fee_amt) AS top_item_amt,
       SUM(CASE WHEN places > 5 AND other_cnt > 0 THEN fee_amt ELSE 0 END) AS priced_amt,
       SUM(CASE WHEN places > 5 AND other_cnt > 0 THEN as_money(times(cnt, safe_ratio(other_amt, other_cnt))) ELSE 0 END)
         AS priced_elsewhere_amt
FROM item GROUP BY fixmedins_code
