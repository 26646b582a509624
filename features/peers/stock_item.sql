/*---
name: stock_item
zh: 单品进销存
says: one item at one place between its first and last stock count in the window - quantity charged, quantity that stock allows, and whether its units can be compared
key: [fixmedins_code, hilist_code]
reads: [fee_list_d, drug_inv_d]
keep: true
---*/
-- allowed = opening + purchases − returns ± changes − closing (enforcement practice: 期初＋购进－退货－期末). Changes
-- carry their own sign; a return leaves the shelf whatever its sign. Fewer than two counts: nothing to say.
-- A whole multiple of the stock looks like packs in the ledger and pieces on the claim; not where a piece costs what
-- it costs elsewhere and the ledger counts in the unit that most ledgers use.
WITH event AS (
  SELECT i.fixmedins_code, i.hilist_code, i.inv_data_type AS kind, i.cnt, i.unit, day_of(i.event_time) AS day,
         ROW_NUMBER() OVER (PARTITION BY i.fixmedins_code, i.hilist_code, i.inv_data_type ORDER BY i.event_time) AS nth_first,
         ROW_NUMBER() OVER (PARTITION BY i.fixmedins_code, i.hilist_code, i.inv_data_type ORDER BY i.event_time DESC) AS nth_last
  FROM drug_inv_d AS i WHERE COALESCE(i.vali_flag, '1') <> '0'
),
counted AS (
  SELECT fixmedins_code, hilist_code, COUNT(DISTINCT unit) AS units, MIN(unit) AS unit, rows_where(kind = '1') AS counts,
         MIN(CASE WHEN kind = '1' THEN day END) AS counted_from, MAX(CASE WHEN kind = '1' THEN day END) AS counted_to,
         SUM(CASE WHEN kind = '1' AND nth_first = 1 THEN cnt END) AS opening_cnt,
         SUM(CASE WHEN kind = '1' AND nth_last = 1 THEN cnt END) AS closing_cnt
  FROM event GROUP BY fixmedins_code, hilist_code
),
moved AS (
  SELECT c.fixmedins_code, c.hilist_code,
         SUM(CASE WHEN e.kind IN ('2', '3') THEN e.cnt WHEN e.kind = '5' AND e.cnt > 0 THEN 0 - e.cnt
                  WHEN e.kind = '5' THEN e.cnt ELSE 0 END) AS arrived_cnt
  FROM counted AS c
  INNER JOIN event AS e ON e.fixmedins_code = c.fixmedins_code AND e.hilist_code = c.hilist_code
                       AND e.day > c.counted_from AND e.day <= c.counted_to
  GROUP BY c.fixmedins_code, c.hilist_code
),
charged AS (
  SELECT c.fixmedins_code, c.hilist_code, SUM(f.cnt) AS charged_cnt, SUM(f.det_item_fee_sumamt) AS charged_amt
  FROM counted AS c
  INNER JOIN fee_list_d AS f ON f.fixmedins_code = c.fixmedins_code AND f.hilist_code = c.hilist_code
                            AND day_of(f.fee_ocur_time) > c.counted_from AND day_of(f.fee_ocur_time) <= c.counted_to
  WHERE c.counts > 1 AND COALESCE(f.vali_flag, '1') <> '0'
  GROUP BY c.fixmedins_code, c.hilist_code
),
compared AS (
  SELECT g.fixmedins_code, g.hilist_code, g.charged_cnt, g.charged_amt, c.units,
         c.opening_cnt + COALESCE(m.arrived_cnt, 0) - c.closing_cnt AS allowed_cnt,
         SUM(g.charged_cnt) OVER (PARTITION BY g.hilist_code) - g.charged_cnt AS other_cnt,
         SUM(g.charged_amt) OVER (PARTITION BY g.hilist_code) - g.charged_amt AS other_amt,
         COUNT(*) OVER (PARTITION BY g.hilist_code) AS ledgers, COUNT(*) OVER (PARTITION BY g.hilist_code, c.unit) AS same_unit
  FROM charged AS g
  INNER JOIN counted AS c ON c.fixmedins_code = g.fixmedins_code AND c.hilist_code = g.hilist_code
  LEFT JOIN moved AS m ON m.fixmedins_code = g.fixmedins_code AND m.hilist_code = g.hilist_code
  WHERE g.charged_cnt > 0
),
usual AS (
  -- Where most places charge the same multiple of their stock, the ledger counts in another unit.
  SELECT hilist_code, COUNT(*) AS places, quantile_of(safe_ratio(charged_cnt, allowed_cnt), 0.5) AS multiple
  FROM compared WHERE allowed_cnt > 0 AND units = 1 GROUP BY hilist_code
),
unit AS (
  SELECT p.*,
         COALESCE(p.other_cnt > 0 AND p.same_unit + p.same_unit > p.ledgers
                  AND times(2, safe_ratio(p.charged_amt, p.charged_cnt)) >= safe_ratio(p.other_amt, p.other_cnt), FALSE) AS ordinary_unit,
         safe_ratio(p.charged_cnt, CASE WHEN p.allowed_cnt > 0 THEN p.allowed_cnt END) AS multiple,
         CASE WHEN u.places >= 5 AND u.multiple > 1.5 THEN u.multiple ELSE 1 END AS usual_multiple
  FROM compared AS p LEFT JOIN usual AS u ON u.hilist_code = p.hilist_code
)
SELECT fixmedins_code, hilist_code, charged_cnt, charged_amt, allowed_cnt, usual_multiple,
       -- Several units, or a whole multiple of four and more to one part in a hundred (a pack): not comparable.
       CASE WHEN units <> 1 THEN FALSE
            WHEN multiple >= 4 AND usual_multiple = 1 AND NOT ordinary_unit
                 AND absolute(multiple - round_to(multiple, 0)) < times(0.01, multiple) THEN FALSE
            ELSE TRUE END AS comparable
FROM unit
