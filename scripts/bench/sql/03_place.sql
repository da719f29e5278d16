-- Where each record stood: the line of its rowid, moved by what stood above it and is no record here (refused
-- records) or takes several lines (names with line breaks). What cannot be placed is set apart.
CREATE TABLE refused AS
SELECT DISTINCT 'children' AS "table", line FROM children_rejects
UNION ALL SELECT DISTINCT 'referrals', line FROM referrals_rejects
UNION ALL SELECT DISTINCT 'cin_episodes', line FROM episodes_rejects
UNION ALL SELECT DISTINCT 'contacts', line FROM contacts_rejects;

-- Records from first_row on stand so many lines further down.
CREATE TABLE moves AS
WITH above AS (
    -- The reader counts records: before the n-th refused one, its number less n and less the header are accepted.
    SELECT "table", line - 1 - row_number() OVER (PARTITION BY "table" ORDER BY line) AS first_row, 1 AS lines FROM refused
    UNION ALL
    SELECT 'children', rowid + 1, breaks FROM children_read WHERE breaks > 0
), summed AS (
    SELECT "table", first_row, (sum(lines) OVER (PARTITION BY "table" ORDER BY first_row RANGE UNBOUNDED PRECEDING))::BIGINT AS lines FROM above
    UNION ALL
    SELECT unnest(['children', 'referrals', 'cin_episodes', 'contacts']), 0, 0
)
SELECT "table", first_row, lead(first_row, 1, 9223372036854775807) OVER (PARTITION BY "table" ORDER BY first_row) AS next_row, max(lines) AS lines
FROM summed GROUP BY "table", first_row;

CREATE TABLE children AS
SELECT c.rowid + 2 + m.lines AS line, c.* EXCLUDE (breaks),
    valid_upn(upn) AS upn_valid, digits_of_nhs(nhs_number) AS nhs_digits, valid_nhs(digits_of_nhs(nhs_number)) AS nhs_valid
FROM children_read c JOIN moves m ON m."table" = 'children' AND c.rowid >= m.first_row AND c.rowid < m.next_row
WHERE child_id IS NOT NULL;

CREATE TABLE referrals AS
SELECT r.rowid + 2 + m.lines AS line, r.*
FROM referrals_read r JOIN moves m ON m."table" = 'referrals' AND r.rowid >= m.first_row AND r.rowid < m.next_row
WHERE referral_id IS NOT NULL;

CREATE TABLE episodes AS
SELECT e.rowid + 2 + m.lines AS line, e.*
FROM episodes_read e JOIN moves m ON m."table" = 'cin_episodes' AND e.rowid >= m.first_row AND e.rowid < m.next_row
WHERE episode_id IS NOT NULL;

CREATE TABLE contacts AS
SELECT c.rowid + 2 + m.lines AS line, contact_at::DATE AS contact_date, nullif(contact_at::TIME, '00:00'::TIME) AS contact_time,
    c.* EXCLUDE (contact_at, date_blank)
FROM contacts_read c JOIN moves m ON m."table" = 'contacts' AND c.rowid >= m.first_row AND c.rowid < m.next_row
WHERE contact_at IS NOT NULL;

-- A refused record's own line: above it stand the records that were accepted and those refused before it.
CREATE TABLE quarantined AS
SELECT "table", line::BIGINT + coalesce((SELECT sum(breaks) FROM children_read c WHERE r."table" = 'children' AND c.rowid < r.line - 2), 0)::BIGINT AS line
FROM refused r
UNION ALL SELECT 'children', c.rowid + 2 + m.lines FROM children_read c JOIN moves m ON m."table" = 'children' AND c.rowid >= m.first_row AND c.rowid < m.next_row WHERE child_id IS NULL
UNION ALL SELECT 'referrals', r.rowid + 2 + m.lines FROM referrals_read r JOIN moves m ON m."table" = 'referrals' AND r.rowid >= m.first_row AND r.rowid < m.next_row WHERE referral_id IS NULL
UNION ALL SELECT 'cin_episodes', e.rowid + 2 + m.lines FROM episodes_read e JOIN moves m ON m."table" = 'cin_episodes' AND e.rowid >= m.first_row AND e.rowid < m.next_row WHERE episode_id IS NULL
UNION ALL SELECT 'contacts', c.rowid + 2 + m.lines FROM contacts_read c JOIN moves m ON m."table" = 'contacts' AND c.rowid >= m.first_row AND c.rowid < m.next_row WHERE contact_at IS NULL;

CREATE TABLE unreadable_contacts AS
SELECT c.rowid + 2 + m.lines AS line FROM contacts_read c JOIN moves m ON m."table" = 'contacts' AND c.rowid >= m.first_row AND c.rowid < m.next_row
WHERE contact_at IS NULL AND NOT date_blank;

DROP TABLE children_read;
DROP TABLE referrals_read;
DROP TABLE episodes_read;
DROP TABLE contacts_read;

-- From here on every record carries its line, and no table needs the order of the file.
SET preserve_insertion_order = false;
