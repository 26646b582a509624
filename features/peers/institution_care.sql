/*---
name: institution_care
zh: 长护服务
says: one care provider - services in long-term care, and those that begin before the carer's last one elsewhere has ended
key: [fixmedins_code]
reads: [ltc_serv_d]
---*/
WITH ordered AS (
  SELECT fixmedins_code, psn_no, serv_begntime,
         LAG(serv_endtime) OVER (PARTITION BY care_psn_no ORDER BY serv_begntime, serv_id) AS end_before,
         LAG(psn_no) OVER (PARTITION BY care_psn_no ORDER BY serv_begntime, serv_id) AS person_before
  FROM ltc_serv_d WHERE COALESCE(vali_flag, '1') <> '0'
)
SELECT fixmedins_code, COUNT(*) AS n_service,
       rows_where(COALESCE(serv_begntime < end_before AND psn_no <> person_before, FALSE)) AS n_overlapping
FROM ordered GROUP BY fixmedins_code
