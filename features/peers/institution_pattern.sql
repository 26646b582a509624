/*---
name: institution_pattern
zh: 机构就诊样式
says: one institution or pharmacy - its settlements outside the ward by rhythm, equal and round amounts, card bursts, shared terminals, December, chronic care
key: [fixmedins_code]
reads: [visit_pattern]
---*/
-- A busy place settles within a minute of another card more often by chance alone: with v visits a day spread over
-- eight hours, a minute holds λ = v ÷ 480 others, so one follows within it with 1 − e^−λ, two with 1 − e^−λ (1 + λ).
-- All places share the window's days: a bundle of cards on one day must not make its own chance. The fullest
-- day is left out: one crowded day (promotion, market) is no habit, cards that are kept are swiped again.
WITH whole AS (SELECT COUNT(DISTINCT setl_date) AS n_day FROM visit_pattern),
counted AS (
  SELECT fixmedins_code, COUNT(*) AS n_visit, rows_where(has_rhythm) AS n_fourth, rows_where(in_rhythm) AS n_in_rhythm,
         rows_where(after_another) AS n_after_another, rows_where(same_amount) AS n_same_amount,
         rows_where(round_amount) AS n_round_amount,
         rows_where(has_device) AS n_with_device, rows_where(shared_device) AS n_shared_device,
         rows_where(month_of(setl_date) = 12) AS n_december, rows_where(starts_with_text(med_type, '14')) AS n_chronic,
         SUM(CASE WHEN starts_with_text(med_type, '14') THEN fund_pay_sumamt ELSE 0 END) AS chronic_fund_amt
  FROM visit_pattern GROUP BY fixmedins_code
),
close AS (
  SELECT fixmedins_code, SUM(pairs) - MAX(pairs) AS n_card_pair, SUM(bursts) - MAX(bursts) AS n_card_burst
  FROM (SELECT fixmedins_code, setl_date, rows_where(card_pair) AS pairs, rows_where(card_burst) AS bursts
        FROM visit_pattern GROUP BY fixmedins_code, setl_date) AS by_day
  GROUP BY fixmedins_code
)
SELECT c.*, round_to(times(n_visit, 1 - exponential(0 - in_minute)), 6) AS n_chance_pair,
       round_to(times(n_visit, 1 - times(exponential(0 - in_minute), 1 + in_minute)), 6) AS n_chance_burst
FROM (
  SELECT n.*, d.n_card_pair, d.n_card_burst, safe_ratio(safe_ratio(n.n_visit, w.n_day), 480) AS in_minute
  FROM counted AS n INNER JOIN close AS d ON d.fixmedins_code = n.fixmedins_code CROSS JOIN whole AS w
) AS c
