/*---
name: hub_repeat_stay
zh: 反复短住院
says: one settled stay of an illness that is not treated in cycles; hit where the person lay there three times or more, a week at most and a fortnight apart (T01)
key: [setl_id]
reads: [stay]
---*/
-- Cancer, dialysis, psychiatry, childbirth and stays paid by the day come back by design; a stay cut in two
-- (back within fifteen days) is the hospital's doing and counts once.
SELECT e.fixmedins_code AS hub_key, e.fixmedins_code, e.psn_no, e.setl_id, e.setl_date AS event_date, e.fund_pay_sumamt,
       CASE WHEN e.episodes >= 3 THEN TRUE ELSE FALSE END AS hit,
       CAST(NULL AS STRING) AS other, CAST(NULL AS STRING) AS tag
FROM (
  SELECT g.fixmedins_code, g.psn_no, g.setl_id, g.setl_date, g.fund_pay_sumamt,
         SUM(CASE WHEN g.before_end IS NULL OR days_between(g.before_end, g.begndate) > 15 THEN 1 ELSE 0 END)
           OVER (PARTITION BY g.fixmedins_code, g.psn_no) AS episodes
  FROM (
    SELECT t.fixmedins_code, t.psn_no, t.setl_id, t.setl_date, t.fund_pay_sumamt, t.begndate,
           LAG(t.enddate) OVER (PARTITION BY t.fixmedins_code, t.psn_no ORDER BY t.begndate, t.enddate, t.mdtrt_id) AS before_end
    FROM stay AS t
    WHERE t.setl_id IS NOT NULL AND t.med_type <> '52' AND t.amt_basis <> 'by_bed_day'
      AND days_between(t.begndate, t.enddate) <= 7
      AND NOT matches(COALESCE(t.dscg_maindiag_code, ''), '^([CFOP]|D[0-4]|N18|Z49|Z51)')
  ) AS g
) AS e
