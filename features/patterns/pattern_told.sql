/*---
name: pattern_told
zh: 情形评分行
says: one row of `score` - a party and pattern with its probability and the counts it rests on, in words
key: [party_type, party_id, model]
reads: [pattern_scored, pattern_setting]
---*/
SELECT s.party_type, s.party_id, s.pattern AS model, 'pattern-1' AS model_ver, concat_text(t.since, '/', t.as_of) AS period,
       s.p AS score, s.p,
       concat_text('[', evidence(
         'measure', s.pattern, 'fact', s.pattern, 'observed', s.n_shown, 'cases', s.n, 'expected', as_money(s.e),
         'persons', s.persons, 'from', s.first_day, 'to', s.last_day, 'via', s.via_id,
         'zh', CASE WHEN s.via_id IS NULL THEN concat_text(s.n, '例中', s.n_shown, '例（', s.persons, '人）有此情形，按同类水平约',
                                                            as_money(s.e), '例')
                    ELSE concat_text('本人', s.n_shown, '例，发生在此情形集中的机构或医师处') END,
         'en', CASE WHEN s.via_id IS NULL THEN concat_text(s.n_shown, ' of ', s.n, ' cases (', s.persons,
                                                            ' persons) show it; the peers\' rate gives about ', as_money(s.e))
                    ELSE concat_text(s.n_shown, ' own cases, at a place or under a doctor where such cases gather') END),
         ']') AS reasons,
       s.compared_with AS peer_group, s.peer_n, CAST(NULL AS DOUBLE) AS percentile, as_money(s.amount) AS excess_amt
FROM pattern_scored AS s CROSS JOIN pattern_setting AS t
