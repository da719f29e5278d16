-- Who is one child under several numbers: an equal UPN or NHS number, or the number in an earlier system. A pair whose
-- records contradict each other (birth dates, NHS numbers or permanent UPNs that have none in common) is left out.
CREATE TABLE identified AS
SELECT child_id, CASE WHEN upn_valid THEN upn END AS upn,
    CASE WHEN nhs_valid AND NOT regexp_full_match(nhs_digits, '0+|1+|2+|3+|4+|5+|6+|7+|8+|9+') THEN nhs_digits END AS nhs,
    date_of_birth, legacy_child_id
FROM children;

CREATE TABLE holders AS
SELECT 'upn' AS kind, upn AS value, child_id FROM identified SEMI JOIN (SELECT upn FROM identified GROUP BY upn HAVING count(*) > 1) USING (upn)
UNION
SELECT 'nhs', nhs, child_id FROM identified SEMI JOIN (SELECT nhs FROM identified GROUP BY nhs HAVING count(*) > 1) USING (nhs)
UNION
SELECT 'legacy', legacy_child_id, child_id FROM identified WHERE legacy_child_id IS NOT NULL
UNION
SELECT 'legacy', legacy_child_id, legacy_child_id FROM identified SEMI JOIN (SELECT child_id AS legacy_child_id FROM identified) USING (legacy_child_id);

CREATE TABLE described AS
SELECT child_id, list(DISTINCT date_of_birth) FILTER (date_of_birth IS NOT NULL) AS births, list(DISTINCT nhs) FILTER (nhs IS NOT NULL) AS nhs,
    list(DISTINCT upn) FILTER (right(upn, 1) BETWEEN '0' AND '9') AS upns
FROM identified SEMI JOIN holders USING (child_id) GROUP BY child_id;

-- A missing list is NULL, and what is unknown contradicts nothing.
CREATE TABLE pairs AS
SELECT DISTINCT a.child_id, b.child_id AS other_id
FROM holders a JOIN holders b USING (kind, value) JOIN described x ON x.child_id = a.child_id JOIN described y ON y.child_id = b.child_id
WHERE a.child_id <> b.child_id
  AND coalesce(list_has_any(x.births, y.births), true) AND coalesce(list_has_any(x.nhs, y.nhs), true) AND coalesce(list_has_any(x.upns, y.upns), true);

-- Each group takes the smallest of its numbers: it is handed on until nothing changes.
CREATE TABLE persons AS
WITH RECURSIVE person (child_id, person_id) USING KEY (child_id) AS (
    SELECT DISTINCT child_id, child_id FROM pairs
    UNION
    SELECT p.other_id, min(f.person_id)
    FROM person f JOIN pairs p ON p.child_id = f.child_id JOIN recurring.person t ON t.child_id = p.other_id
    WHERE f.person_id < t.person_id GROUP BY p.other_id
)
SELECT child_id, person_id FROM person WHERE child_id <> person_id;
