/*---
name: charged_item
zh: 已收费项目
says: every item code that was charged, with its name; points that name an item instead of a code find their codes here
key: [hilist_code]
reads: [fee_list_d]
keep: true
---*/
SELECT hilist_code, MAX(hilist_name) AS hilist_name
FROM fee_list_d
WHERE hilist_code IS NOT NULL
GROUP BY hilist_code
