/*---
name: line_pair_found
zh: 明细对候选
says: one component line and the main lines that contain it; few, kept before the wide relation is joined to them
key: [rule_id, point_id, component_sn]
reads: [unit_line, judged_day, point_line_pair]
keep: true
---*/
WITH item AS (
  SELECT DISTINCT hilist_code, hilist_name FROM unit_line WHERE hilist_name IS NOT NULL
),
point AS (
  SELECT rule_id, point_id, hilist_code, CAST(NULL AS STRING) AS hilist_name, main_code, pair_window, begndate, enddate
  FROM point_line_pair WHERE hilist_code IS NOT NULL
  UNION ALL
  SELECT p.rule_id, p.point_id, i.hilist_code, i.hilist_name, p.main_code, p.pair_window, p.begndate, p.enddate
  FROM item AS i JOIN point_line_pair AS p ON contains_text(i.hilist_name, p.name_part)
  WHERE p.hilist_code IS NULL AND p.name_part IS NOT NULL
),
listed AS (
  SELECT hilist_code FROM point UNION ALL SELECT main_code AS hilist_code FROM point
),
mine AS (
  SELECT u.*, CASE WHEN j.judged_day IS NULL THEN FALSE ELSE TRUE END AS judged
  FROM unit_line AS u
  LEFT SEMI JOIN listed AS i ON i.hilist_code = u.hilist_code
  LEFT JOIN judged_day AS j ON j.judged_day = u.judged_day
),
pair AS (
  SELECT p.rule_id, p.point_id, c.bkkp_sn AS component_sn, m.bkkp_sn AS main_sn, m.hilist_code AS main_item,
         m.hilist_name AS main_name, m.cnt AS main_cnt, m.fee_ocur_time AS main_time, m.stage AS main_stage,
         CASE WHEN c.judged THEN c.judged_day ELSE m.judged_day END AS judged_day,
         CASE WHEN hour_of(c.fee_ocur_time) = 0 AND minute_of(c.fee_ocur_time) = 0 THEN FALSE
              WHEN hour_of(m.fee_ocur_time) = 0 AND minute_of(m.fee_ocur_time) = 0 THEN FALSE
              ELSE TRUE END AS has_clock,
         -- Both were served at stated hours, one after the other.
         CASE WHEN c.serv_begntime >= m.serv_endtime OR m.serv_begntime >= c.serv_endtime THEN TRUE ELSE FALSE END AS apart
  FROM mine AS c
  JOIN point AS p ON p.hilist_code = c.hilist_code AND (p.hilist_name IS NULL OR p.hilist_name = c.hilist_name)
       AND c.service_date >= p.begndate AND c.service_date <= COALESCE(p.enddate, DATE '9999-12-30')
  JOIN mine AS m ON m.patient = c.patient AND m.fixmedins_code = c.fixmedins_code
       AND m.hilist_code = p.main_code AND m.bkkp_sn <> c.bkkp_sn
  WHERE (c.judged OR m.judged)
    AND ((p.pair_window = 'day' AND m.service_date = c.service_date)
      OR (p.pair_window = 'stay' AND m.mdtrt_id = c.mdtrt_id)
      OR (p.pair_window IN ('6h', 'hour') AND m.service_date = c.service_date
          AND (hour_of(c.fee_ocur_time) + minute_of(c.fee_ocur_time) = 0
            OR hour_of(m.fee_ocur_time) + minute_of(m.fee_ocur_time) = 0))
      OR (p.pair_window = '6h' AND seconds_between(c.fee_ocur_time, m.fee_ocur_time) BETWEEN -21600 AND 21600)
      OR (p.pair_window = 'hour' AND seconds_between(c.fee_ocur_time, m.fee_ocur_time) BETWEEN -3599 AND 3599
          AND hour_of(c.fee_ocur_time) = hour_of(m.fee_ocur_time)))
)
SELECT rule_id, point_id, component_sn, MAX(judged_day) AS judged_day, sorted_texts(main_sn) AS related_sn,
       MIN(main_item) AS main_item, MIN(main_name) AS main_name, SUM(main_cnt) AS main_cnt,
       MIN(main_time) AS main_time,
       CASE WHEN COUNT(CASE WHEN has_clock THEN 1 END) > 0 THEN TRUE ELSE FALSE END AS has_clock,
       CASE WHEN COUNT(CASE WHEN main_stage = 'in' THEN 1 END) > 0 THEN TRUE ELSE FALSE END AS main_open,
       CASE WHEN COUNT(CASE WHEN NOT apart THEN 1 END) = 0 THEN TRUE ELSE FALSE END AS served_apart
FROM pair GROUP BY rule_id, point_id, component_sn
