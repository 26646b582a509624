/*---
name: case_paid_twice
zh: 结算情形：同一住院两次待遇
says: one settled stay, with whether another stay of the same patient overlaps it by more than a day under another insurance, bears the same invoice, or is the same stay to the day and the cent
key: [case_id]
reads: [stay, net_setl]
---*/
WITH header AS (
  SELECT mdtrt_id, MAX(insutype) AS insutype, MAX(invono) AS invono FROM net_setl WHERE care_setting = 'inpatient' GROUP BY mdtrt_id
),
own AS (
  SELECT s.mdtrt_id, s.setl_id, s.patient, s.psn_no, s.fixmedins_code, s.chfpdr_code, s.begndate, s.enddate, s.setl_date,
         s.fund_pay_sumamt, s.medfee_sumamt, h.insutype, h.invono
  FROM stay AS s INNER JOIN header AS h ON h.mdtrt_id = s.mdtrt_id
  WHERE s.settled
),
twice AS (
  SELECT DISTINCT a.mdtrt_id
  FROM own AS a INNER JOIN own AS b ON b.patient = a.patient AND b.mdtrt_id <> a.mdtrt_id
  WHERE (a.insutype <> b.insutype AND a.begndate < b.enddate AND b.begndate < a.enddate
         AND days_between(greater_of(a.begndate, b.begndate), smaller_of(a.enddate, b.enddate)) > 1)
     OR a.invono = b.invono
     -- Paid by card at the desk, then handed in on paper.
     OR (a.fixmedins_code = b.fixmedins_code AND a.begndate = b.begndate AND a.enddate = b.enddate
         AND a.medfee_sumamt = b.medfee_sumamt AND a.medfee_sumamt > 0)
)
SELECT 'paid_twice' AS pattern, o.mdtrt_id AS case_id, o.setl_id, o.psn_no, o.fixmedins_code, o.chfpdr_code AS dr_code,
       o.setl_date AS day, o.fund_pay_sumamt AS amount,
       CASE WHEN t.mdtrt_id IS NULL THEN FALSE ELSE TRUE END AS shown
FROM own AS o LEFT JOIN twice AS t ON t.mdtrt_id = o.mdtrt_id
