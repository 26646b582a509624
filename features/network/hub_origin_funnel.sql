/*---
name: hub_origin_funnel
zh: 同源集中住院
says: one settled stay and one thing its person shares with others (insured region elsewhere, telephone of three households, address of eight persons); a row of every hospital the shared thing leads to
key: [hub_key, setl_id]
reads: [stay, hub_person, psn_info_b, fixmedins_b]
---*/
WITH person AS (
  SELECT psn_no, MIN(tel) AS tel, MIN(resd_addr) AS resd_addr FROM psn_info_b GROUP BY psn_no
),
telephone AS (
  SELECT p.tel FROM person AS p JOIN hub_person AS h ON h.psn_no = p.psn_no
  WHERE p.tel IS NOT NULL GROUP BY p.tel HAVING COUNT(DISTINCT h.unit) >= 3 AND COUNT(*) <= 200
),
address AS (
  SELECT resd_addr FROM person WHERE resd_addr IS NOT NULL GROUP BY resd_addr HAVING COUNT(*) >= 8
),
origin AS (
  SELECT s.mdtrt_id, concat_text('region:', part_of_text(s.insu_admdvs, 1, 4)) AS origin,
         CAST(NULL AS STRING) AS tag
  FROM stay AS s JOIN fixmedins_b AS f ON f.fixmedins_code = s.fixmedins_code
  WHERE part_of_text(s.insu_admdvs, 1, 4) <> part_of_text(f.fix_blng_admdvs, 1, 4)
    -- People travel to a centre of the third level from everywhere.
    AND NOT COALESCE(f.hosp_lv IN ('01', '02', '03', '04', '12'), FALSE)
  UNION ALL
  SELECT s.mdtrt_id, concat_text('telephone:', p.tel) AS origin, CAST(NULL AS STRING) AS tag
  FROM stay AS s JOIN person AS p ON p.psn_no = s.psn_no LEFT SEMI JOIN telephone AS t ON t.tel = p.tel
  UNION ALL
  SELECT s.mdtrt_id, concat_text('address:', p.resd_addr) AS origin, 'nursing_home' AS tag
  FROM stay AS s JOIN person AS p ON p.psn_no = s.psn_no LEFT SEMI JOIN address AS t ON t.resd_addr = p.resd_addr
)
SELECT concat_text(o.origin, '/', s.fixmedins_code) AS hub_key, s.fixmedins_code, s.psn_no, s.setl_id,
       s.setl_date AS event_date, s.fund_pay_sumamt, TRUE AS hit, o.origin AS other, o.tag
FROM origin AS o
JOIN stay AS s ON s.mdtrt_id = o.mdtrt_id
WHERE s.setl_id IS NOT NULL
