/*---
name: lead_evidence_out
zh: 线索证据表
says: one row of evidence as it is published
key: [lead_id, kind, ref_id, setl_id, bkkp_sn]
reads: [evidence_counted]
---*/
SELECT lead_id, family, kind, ref_id, setl_id, bkkp_sn, amount_counted FROM evidence_counted
