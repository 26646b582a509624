/*---
name: peer_stay
zh: 住院同类比较
says: one settled stay - its days and money; peers are of the same case group and hospital level, else the same diagnosis class; party_id is the settlement
key: [party_id]
reads: [settlement_pace, mdtrt_d, fixmedins_b]
---*/
SELECT 'stay' AS party_type, s.setl_id AS party_id,
       concat_text('住院|', COALESCE(s.drg_codg, part_of_text(m.dscg_maindiag_code, 1, 3)), '|', f.hosp_lv, '|', f.medins_type) AS group_1,
       concat_text('住院|', COALESCE(s.drg_codg, part_of_text(m.dscg_maindiag_code, 1, 3)), '|', f.hosp_lv) AS group_2,
       concat_text('住院|', part_of_text(m.dscg_maindiag_code, 1, 1), '|', f.hosp_lv) AS group_3,
       '住院' AS group_4,
       1 AS n_one, s.stay_days, s.fund_pay_sumamt AS fund_amt, s.medfee_sumamt AS fee_amt
FROM settlement_pace AS s
LEFT JOIN mdtrt_d AS m ON m.mdtrt_id = s.mdtrt_id
LEFT JOIN fixmedins_b AS f ON f.fixmedins_code = s.fixmedins_code
WHERE s.care_setting = 'inpatient'
