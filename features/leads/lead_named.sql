/*---
name: lead_named
zh: 线索编号
says: one listed lead with its id - the one it had, else made of party, scheme and first evidence
key: [lead_id]
reads: [lead_listed, lead_before]
keep: true
---*/
SELECT COALESCE(b.lead_id, part_of_text(text_hash(l.party_type, l.party_id, l.scheme, l.first_evidence), 1, 32)) AS lead_id,
       b.first_seen AS first_seen_before, b.p_confirm AS p_before, b.amount_involved AS involved_before,
       b.status AS status_before, b.period_to AS period_to_before, l.*
FROM lead_listed AS l
LEFT JOIN lead_before AS b ON b.party_type = l.party_type AND b.party_id = l.party_id AND b.scheme = l.scheme
