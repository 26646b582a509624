/*---
name: pattern_shown
zh: 情形明细
says: one case that shows a pattern at a place (or under a doctor) where it is more frequent than peers explain, or of a person who shows it more than others
key: [pattern, case_id]
reads: [pattern_case, pattern_scored]
keep: true
---*/
SELECT c.pattern, c.case_id, c.setl_id, c.psn_no, c.fixmedins_code, c.dr_code, c.day, as_money(c.amount) AS amount
FROM pattern_case AS c
WHERE c.shown AND (
  EXISTS (SELECT 1 FROM pattern_scored AS s WHERE s.pattern = c.pattern AND s.party_id = c.fixmedins_code)
  OR EXISTS (SELECT 1 FROM pattern_scored AS s WHERE s.pattern = c.pattern AND s.party_id = c.dr_code)
  OR EXISTS (SELECT 1 FROM pattern_scored AS s WHERE s.pattern = c.pattern AND s.party_id = c.psn_no))
