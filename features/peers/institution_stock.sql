/*---
name: institution_stock
zh: 机构进销存
says: one place with stock ledgers - yuan charged for comparable items, and the yuan of it beyond stock, of items charged over half more (and ten units more) than stock allows
key: [fixmedins_code]
reads: [stock_item]
---*/
-- Shelves are counted roughly and goods are sold that no insurance pays: only an item charged half as much again as
-- stock allows, and ten units more, speaks (local enforcement practice asks why from 50 % on). Of it all that is too much counts.
SELECT fixmedins_code, COUNT(*) AS n_stock_item, rows_where(NOT comparable) AS n_not_comparable,
       SUM(CASE WHEN comparable THEN charged_amt ELSE 0 END) AS stocked_amt,
       SUM(CASE WHEN comparable AND charged_cnt > times(1.5, times(greater_of(allowed_cnt, 0), usual_multiple)) + 10
                THEN as_money(times(charged_amt, 1 - safe_ratio(times(greater_of(allowed_cnt, 0), usual_multiple), charged_cnt)))
                ELSE 0 END) AS unsupplied_amt
FROM stock_item GROUP BY fixmedins_code
