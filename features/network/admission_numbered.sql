/*---
name: admission_numbered
zh: 编号入出院
says: one admission with numbered person and place; its clock is the day of discharge, so that equal clocks mean in and out together
key: [person, place, day]
reads: [admission, network_person, network_institution]
keep: true
---*/
SELECT p.person, i.place, days_between(DATE '2000-01-01', v.visit_date) AS day,
       weekday_of(v.visit_date) AS weekday, v.minute, as_whole(0) AS hour
FROM admission AS v
JOIN network_person AS p ON p.psn_no = v.psn_no
JOIN network_institution AS i ON i.fixmedins_code = v.fixmedins_code
