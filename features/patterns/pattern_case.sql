/*---
name: pattern_case
zh: 情形
says: one case in which a pattern could show itself, and whether it did
key: [pattern, case_id]
reads: [case_sham_stay, case_nothing_paid, case_far_stay, case_back_soon, case_aided_again, case_extra_dialysis, case_therapy_rhythm, case_therapy_long, case_early_refill, case_paid_twice, case_chronic_unproven, case_script_without_visit,
        case_unregistered_doctor]
keep: true
---*/
SELECT pattern, case_id, setl_id, psn_no, fixmedins_code, dr_code, day, amount, shown FROM case_sham_stay UNION ALL
SELECT pattern, case_id, setl_id, psn_no, fixmedins_code, dr_code, day, amount, shown FROM case_nothing_paid UNION ALL
SELECT pattern, case_id, setl_id, psn_no, fixmedins_code, dr_code, day, amount, shown FROM case_far_stay UNION ALL
SELECT pattern, case_id, setl_id, psn_no, fixmedins_code, dr_code, day, amount, shown FROM case_back_soon UNION ALL
SELECT pattern, case_id, setl_id, psn_no, fixmedins_code, dr_code, day, amount, shown FROM case_aided_again UNION ALL
SELECT pattern, case_id, setl_id, psn_no, fixmedins_code, dr_code, day, amount, shown FROM case_extra_dialysis UNION ALL
SELECT pattern, case_id, setl_id, psn_no, fixmedins_code, dr_code, day, amount, shown FROM case_therapy_rhythm UNION ALL
SELECT pattern, case_id, setl_id, psn_no, fixmedins_code, dr_code, day, amount, shown FROM case_therapy_long UNION ALL
SELECT pattern, case_id, setl_id, psn_no, fixmedins_code, dr_code, day, amount, shown FROM case_early_refill UNION ALL
SELECT pattern, case_id, setl_id, psn_no, fixmedins_code, dr_code, day, amount, shown FROM case_paid_twice UNION ALL
SELECT pattern, case_id, setl_id, psn_no, fixmedins_code, dr_code, day, amount, shown FROM case_chronic_unproven UNION ALL
SELECT pattern, case_id, setl_id, psn_no, fixmedins_code, dr_code, day, amount, shown FROM case_script_without_visit UNION ALL
SELECT pattern, case_id, setl_id, psn_no, fixmedins_code, dr_code, day, amount, shown FROM case_unregistered_doctor
