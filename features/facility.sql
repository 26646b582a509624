/*---
name: facility
zh: 机构
says: one designated institution with its level rank (3, 2, 1; NULL when unrated or unknown)
key: [fixmedins_code]
reads: [fixmedins_b]
keep: true
---*/
SELECT fixmedins_code, fixmedins_name, fixmedins_type, hosp_lv, medins_type, medins_spec, medcmty_code,
       aprv_bed_cnt, begndate, enddate, fix_blng_admdvs,
       CASE WHEN hosp_lv IN ('01', '02', '03', '04', '12') THEN 3
            WHEN hosp_lv IN ('05', '06', '07', '13') THEN 2
            WHEN hosp_lv IN ('08', '09', '10', '14') THEN 1 END AS level_rank,
       CASE WHEN fixmedins_type = '2' THEN 'pharmacy' ELSE 'institution' END AS party_type
FROM fixmedins_b
