-- One contact for each contact number and child: the first row's source and system hold, the earliest date counts.
CREATE TABLE named_rows AS
SELECT c.line, coalesce(p.person_id, c.child_id) AS person_id, c.contact_id, c.contact_date
FROM contacts c LEFT JOIN persons p ON p.child_id = c.child_id;

CREATE TABLE repeated AS
SELECT person_id, contact_id, min(line) AS first_line, min(contact_date) AS day
FROM named_rows WHERE contact_id IS NOT NULL GROUP BY person_id, contact_id HAVING count(*) > 1;

CREATE TABLE rows_of_contacts AS
SELECT n.line, coalesce(r.first_line, n.line) AS contact, n.person_id, coalesce(r.day, n.contact_date) AS day
FROM named_rows n LEFT JOIN repeated r ON r.contact_id = n.contact_id AND r.person_id IS NOT DISTINCT FROM n.person_id;
DROP TABLE named_rows;

CREATE TABLE persons_episodes AS
SELECT e.line, coalesce(p.person_id, e.child_id) AS person_id, e.start_date, coalesce(e.end_date, DATE '9999-12-31') AS end_date
FROM episodes e LEFT JOIN persons p ON p.child_id = e.child_id
WHERE e.child_id IS NOT NULL AND e.start_date IS NOT NULL;

-- Contacts that name a referral of their own are on no open case.
CREATE TABLE naming AS
SELECT DISTINCT r.contact FROM rows_of_contacts r JOIN contacts c USING (line) WHERE c.referral_id IS NOT NULL;

-- The first episode, as the rows stand, that began on an earlier day and had not ended before.
CREATE TABLE on_open_case AS
SELECT r.contact, min(e.line) AS episode
FROM rows_of_contacts r JOIN persons_episodes e ON e.person_id = r.person_id
WHERE r.line = r.contact AND e.start_date < r.day AND e.end_date >= r.day
GROUP BY r.contact;

-- Each child's contacts in the order in which they are judged. More than thirty days apart, nothing joins any more.
CREATE TABLE ordered AS
SELECT r.contact, r.person_id, r.day, c.contact_id, c.source,
    lag(r.day) OVER judged AS before, lead(r.day) OVER judged AS after
FROM rows_of_contacts r JOIN contacts c ON c.line = r.contact
WHERE r.line = r.contact AND r.person_id IS NOT NULL
WINDOW judged AS (PARTITION BY r.person_id ORDER BY r.day, c.contact_id NULLS FIRST, r.contact);
