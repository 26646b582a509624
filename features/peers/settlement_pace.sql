/*---
name: settlement_pace
zh: 结算节奏
says: one net settlement with the seconds since another person settled there, its days of stay, and whether the person came back within 15 days
key: [setl_id]
reads: [net_setl, fixmedins_b]
keep: true
---*/
WITH pace AS (
  SELECT n.*,
         LAG(n.setl_time) OVER (PARTITION BY n.fixmedins_code ORDER BY n.setl_time, n.setl_id) AS time_before,
         LAG(n.psn_no) OVER (PARTITION BY n.fixmedins_code ORDER BY n.setl_time, n.setl_id) AS person_before,
         LAG(n.enddate) OVER (PARTITION BY n.fixmedins_code, n.psn_no, n.care_setting
                              ORDER BY n.begndate, n.setl_id) AS end_before
  FROM net_setl AS n
)
SELECT p.setl_id, p.mdtrt_id, p.psn_no, p.fixmedins_code, p.insutype, p.begndate, p.enddate, p.setl_time,
       p.setl_date, p.medfee_sumamt, p.fund_pay_sumamt, p.psn_pay, p.care_setting, p.drg_codg,
       p.partly_refunded,
       greater_of(days_between(p.begndate, p.enddate), 1) AS stay_days,
       CASE WHEN p.psn_no <> p.person_before THEN seconds_between(p.time_before, p.setl_time) END AS seconds_since,
       COALESCE(p.care_setting = 'inpatient' AND days_between(p.end_before, p.begndate) BETWEEN 0 AND 15
                AND COALESCE(p.mid_setl_flag, '0') <> '1', FALSE) AS back_soon,
       COALESCE(part_of_text(p.insu_admdvs, 1, 4) <> part_of_text(f.fix_blng_admdvs, 1, 4), FALSE) AS from_elsewhere
FROM pace AS p
LEFT JOIN fixmedins_b AS f ON f.fixmedins_code = p.fixmedins_code
