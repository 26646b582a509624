/*---
name: visit_numbered
zh: 编号到访
says: one visit with numbered person and place; days since 2000-01-01, minutes since 1970-01-01, weekday 1 to 7, hour of day
key: [person, place, day]
reads: [visit, network_person, network_institution]
keep: true
---*/
SELECT p.person, i.place, days_between(DATE '2000-01-01', v.visit_date) AS day,
       weekday_of(v.visit_date) AS weekday, v.minute,
       round_down(safe_ratio(v.minute - times(1440, days_between(DATE '1970-01-01', v.visit_date)), 60)) AS hour
FROM visit AS v
JOIN network_person AS p ON p.psn_no = v.psn_no
JOIN network_institution AS i ON i.fixmedins_code = v.fixmedins_code
