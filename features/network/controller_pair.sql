/*---
name: controller_pair
zh: 机构关联对
says: two institutions with the same legal representative that also share an address or a doctor, and what chance would give (T47)
key: [first_code, second_code]
reads: [fixmedins_b, medins_dr_b]
keep: true
---*/
WITH place AS (
  SELECT fixmedins_code, MIN(fixmedins_name) AS fixmedins_name, MIN(fixmedins_type) AS fixmedins_type,
         MIN(legrep_name) AS legrep_name, MIN(addr) AS addr, MIN(uscc) AS uscc,
         MIN(up_fixmedins_code) AS up_fixmedins_code
  FROM fixmedins_b GROUP BY fixmedins_code
),
same_addr AS (
  SELECT SUM(times(c.n, c.n - 1)) AS pairs FROM (SELECT addr, COUNT(*) AS n FROM place WHERE addr IS NOT NULL GROUP BY addr) AS c
),
same_name AS (
  SELECT SUM(times(c.n, c.n - 1)) AS pairs
  FROM (SELECT legrep_name, COUNT(*) AS n FROM place WHERE legrep_name IS NOT NULL GROUP BY legrep_name) AS c
),
doctor AS (
  SELECT prac_psn_code FROM medins_dr_b GROUP BY prac_psn_code HAVING COUNT(DISTINCT fixmedins_code) BETWEEN 2 AND 4
),
shared AS (
  SELECT a.fixmedins_code AS first_code, b.fixmedins_code AS second_code, COUNT(DISTINCT a.prac_psn_code) AS doctors
  FROM medins_dr_b AS a
  LEFT SEMI JOIN doctor AS d ON d.prac_psn_code = a.prac_psn_code
  JOIN medins_dr_b AS b ON b.prac_psn_code = a.prac_psn_code
  WHERE a.fixmedins_code < b.fixmedins_code
  GROUP BY a.fixmedins_code, b.fixmedins_code
)
SELECT p.fixmedins_code AS first_code, q.fixmedins_code AS second_code, p.legrep_name,
       p.fixmedins_name AS first_name, q.fixmedins_name AS second_name,
       p.fixmedins_type AS first_type, q.fixmedins_type AS second_type,
       CASE WHEN p.addr = q.addr THEN p.addr END AS addr, COALESCE(s.doctors, 0) AS doctors,
       CASE WHEN p.uscc = q.uscc OR p.up_fixmedins_code = q.up_fixmedins_code THEN 'chain' END AS tag,
       -- Pairs × share of name × share of address × share of common doctors, the pair's own apart.
       times(times(
         times(0.5e0, n.pairs),
         CASE WHEN p.addr = q.addr THEN safe_ratio(a.pairs, t.pairs) ELSE 1e0 END),
         CASE WHEN s.doctors >= 1 THEN safe_ratio(w.pairs + 1, times(0.5e0, t.pairs) + 2) ELSE 1e0 END) AS expected
FROM place AS p
JOIN place AS q ON q.legrep_name = p.legrep_name
LEFT JOIN shared AS s ON s.first_code = p.fixmedins_code AND s.second_code = q.fixmedins_code
CROSS JOIN same_name AS n
CROSS JOIN same_addr AS a
CROSS JOIN (SELECT times(COUNT(*), COUNT(*) - 1) AS pairs FROM place) AS t
CROSS JOIN (SELECT COUNT(*) AS pairs FROM shared) AS w
WHERE p.fixmedins_code < q.fixmedins_code AND (p.addr = q.addr OR s.doctors >= 1)
