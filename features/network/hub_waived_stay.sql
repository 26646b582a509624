/*---
name: hub_waived_stay
zh: 免自付住院
says: one settled stay of a person without aid; hit where nothing at all was paid by the person (T01, T05)
key: [setl_id]
reads: [net_setl, setl_d, hub_person]
---*/
SELECT s.fixmedins_code AS hub_key, s.fixmedins_code, s.psn_no, s.setl_id, s.setl_date AS event_date, s.fund_pay_sumamt,
       CASE WHEN s.psn_pay <= 0 THEN TRUE ELSE FALSE END AS hit,
       CAST(NULL AS STRING) AS other, CAST(NULL AS STRING) AS tag
FROM net_setl AS s
JOIN setl_d AS d ON d.setl_id = s.setl_id
LEFT JOIN hub_person AS p ON p.psn_no = s.psn_no
WHERE s.care_setting = 'inpatient' AND s.med_type <> '52' AND s.medfee_sumamt > 0
  AND COALESCE(p.aided, 0) = 0 AND COALESCE(d.maf_pay, 0) <= 0
