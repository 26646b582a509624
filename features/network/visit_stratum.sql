/*---
name: visit_stratum
zh: 到访置换层
says: one visit with the stratum inside which its time may be exchanged (weekday/hour at its place)
key: [person, place, day]
reads: [visit_numbered]
keep: true
---*/
-- An hour with visits on fewer than eight days would deal a ring to itself again: such an hour is mixed
-- with its whole weekday, and that with the whole week.
SELECT n.person, n.place, n.day, n.weekday, n.hour, n.minute,
       CASE WHEN n.days_of_hour >= 8 THEN concat_text(n.weekday, '/', n.hour)
            WHEN n.days_of_weekday >= 8 THEN as_text(n.weekday) ELSE '' END AS stratum
FROM (
  SELECT v.*, SUM(v.first_of_hour) OVER (PARTITION BY v.place, v.weekday, v.hour) AS days_of_hour,
         SUM(v.first_of_day) OVER (PARTITION BY v.place, v.weekday) AS days_of_weekday
  FROM (
    SELECT w.*,
           CASE WHEN ROW_NUMBER() OVER (PARTITION BY w.place, w.weekday, w.hour, w.day ORDER BY w.person) = 1
                THEN 1 ELSE 0 END AS first_of_hour,
           CASE WHEN ROW_NUMBER() OVER (PARTITION BY w.place, w.weekday, w.day ORDER BY w.person) = 1
                THEN 1 ELSE 0 END AS first_of_day
    FROM visit_numbered AS w
  ) AS v
) AS n
