/*---
name: gone_setl
zh: 退净结算
says: one settlement that counts no more - a reversal, an invalid one, or one refunded to nothing
key: [setl_id]
reads: [setl_d, net_setl]
keep: true
---*/
SELECT s.setl_id FROM setl_d AS s LEFT ANTI JOIN net_setl AS n ON n.setl_id = s.setl_id
