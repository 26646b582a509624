/*---
name: pharmacy_script
zh: 药店处方
says: one person served at one pharmacy on one day on the prescription of one doctor, with the fund's money of that day
key: [dr_code, fixmedins_code, psn_no, script_date]
reads: [fee_list_d, rx_d, net_setl]
keep: true
---*/
SELECT l.dr_code, s.fixmedins_code, s.psn_no, s.setl_date AS script_date,
       MIN(l.dr_place) AS dr_place, as_money(SUM(s.fund_pay_sumamt)) AS fund_pay_sumamt,
       join_texts(sorted_texts(s.setl_id), ',') AS setl_ids
FROM (
  SELECT f.setl_id, COALESCE(r.prsc_dr_code, f.bilg_dr_code) AS dr_code, MIN(r.fixmedins_code) AS dr_place
  FROM fee_list_d AS f
  LEFT JOIN rx_d AS r ON r.hi_rxno = f.rx_drord_no
  WHERE f.med_type = '41' AND COALESCE(f.vali_flag, '1') <> '0' AND f.cnt > 0
    AND (f.bilg_dr_code IS NOT NULL OR r.prsc_dr_code IS NOT NULL)
  GROUP BY f.setl_id, COALESCE(r.prsc_dr_code, f.bilg_dr_code)
) AS l
JOIN net_setl AS s ON s.setl_id = l.setl_id
GROUP BY l.dr_code, s.fixmedins_code, s.psn_no, s.setl_date
