/*---
name: institution_discharge
zh: 离院方式
says: one institution - settled stays with a way of leaving on record, and those that ended in another hospital
key: [fixmedins_code]
reads: [settlement_pace, mdtrt_d]
---*/
SELECT s.fixmedins_code, COUNT(*) AS n_discharged, rows_where(m.dscg_way IN ('2', '3')) AS n_transferred
FROM settlement_pace AS s INNER JOIN mdtrt_d AS m ON m.mdtrt_id = s.mdtrt_id
WHERE s.care_setting = 'inpatient' AND m.dscg_way IS NOT NULL
GROUP BY s.fixmedins_code
