/*---
name: network_institution
zh: 到访机构编号
says: an institution with visits, its whole number, and the two peer groups (type and level; type) it is compared with
key: [place]
reads: [visit, admission, fixmedins_b]
keep: true
---*/
SELECT i.fixmedins_code, f.fixmedins_name,
       CASE WHEN f.fixmedins_type = '2' OR (f.fixmedins_type IS NULL AND starts_with_text(i.fixmedins_code, 'P'))
            THEN 'pharmacy' ELSE 'institution' END AS party_type,
       ROW_NUMBER() OVER (ORDER BY i.fixmedins_code) AS place,
       COALESCE(f.fixmedins_type, '0') AS wide_peers,
       concat_text(COALESCE(f.fixmedins_type, '0'), '/', COALESCE(f.hosp_lv, '-')) AS near_peers
FROM (
  SELECT DISTINCT fixmedins_code
  FROM (SELECT fixmedins_code FROM visit UNION ALL SELECT fixmedins_code FROM admission) AS v
) AS i
LEFT JOIN (
  SELECT fixmedins_code, MIN(fixmedins_type) AS fixmedins_type, MIN(hosp_lv) AS hosp_lv,
         MIN(fixmedins_name) AS fixmedins_name
  FROM fixmedins_b GROUP BY fixmedins_code
) AS f ON f.fixmedins_code = i.fixmedins_code
