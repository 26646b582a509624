/*---
name: institution_bed
zh: 床位占用
says: one institution with approved beds - days with somebody in bed, and days with a fifth more persons in bed than beds (settled stays)
key: [fixmedins_code]
reads: [settlement_pace, fixmedins_b]
---*/
WITH step AS (
  SELECT fixmedins_code, begndate AS day, 1 AS change FROM settlement_pace WHERE care_setting = 'inpatient' AND enddate > begndate
  UNION ALL
  SELECT fixmedins_code, enddate AS day, -1 AS change FROM settlement_pace WHERE care_setting = 'inpatient' AND enddate > begndate
),
by_day AS (SELECT fixmedins_code, day, SUM(change) AS change FROM step GROUP BY fixmedins_code, day),
held AS (
  SELECT fixmedins_code,
         SUM(change) OVER (PARTITION BY fixmedins_code ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS occupied,
         days_between(day, LEAD(day) OVER (PARTITION BY fixmedins_code ORDER BY day)) AS days
  FROM by_day
)
SELECT h.fixmedins_code, SUM(CASE WHEN h.occupied > 0 THEN h.days ELSE 0 END) AS n_bed_day,
       SUM(CASE WHEN h.occupied > times(1.2, f.aprv_bed_cnt) THEN h.days ELSE 0 END) AS n_over_bed_day
FROM held AS h INNER JOIN fixmedins_b AS f ON f.fixmedins_code = h.fixmedins_code
WHERE f.aprv_bed_cnt > 0 AND h.days IS NOT NULL
GROUP BY h.fixmedins_code
