-- Reads the four extracts as text. The reader refuses a record with too few or too many cells and lists it; what it
-- accepts keeps its place in the file as rowid.
CREATE TABLE children_read AS
SELECT clean(child_id) AS child_id, clean(upn) AS upn, clean(nhs_number) AS nhs_number, clean(forename) AS forename,
    clean(surname) AS surname, try_cast(clean(date_of_birth) AS DATE) AS date_of_birth,
    clean(date_of_birth) IS NOT NULL AND try_cast(clean(date_of_birth) AS DATE) IS NULL AS birth_unreadable,
    try_cast(clean(expected_date_of_birth) AS DATE) AS expected_date_of_birth,
    clean(expected_date_of_birth) IS NOT NULL AND try_cast(clean(expected_date_of_birth) AS DATE) IS NULL AS expected_unreadable,
    clean(sex) AS sex, clean(ethnicity) AS ethnicity, clean(postcode) AS postcode, clean(source_system) AS source_system,
    clean(legacy_child_id) AS legacy_child_id,
    CASE WHEN contains(forename, chr(10)) OR contains(surname, chr(10)) THEN length(regexp_replace(concat(forename, surname), '[^\n]', '', 'g')) ELSE 0 END AS breaks
FROM read_csv(getvariable('folder') || '/children.csv', header = true, delim = ',', quote = '"', escape = '"',
    auto_detect = false, store_rejects = true, rejects_table = 'children_rejects', rejects_scan = 'children_scan',
    columns = {'child_id': 'VARCHAR', 'upn': 'VARCHAR', 'nhs_number': 'VARCHAR', 'forename': 'VARCHAR', 'surname': 'VARCHAR',
        'date_of_birth': 'VARCHAR', 'expected_date_of_birth': 'VARCHAR', 'sex': 'VARCHAR', 'ethnicity': 'VARCHAR',
        'postcode': 'VARCHAR', 'source_system': 'VARCHAR', 'legacy_child_id': 'VARCHAR'});

CREATE TABLE referrals_read AS
SELECT clean(referral_id) AS referral_id, clean(child_id) AS child_id,
    try_cast(clean(referral_date) AS DATE) AS referral_date,
    clean(referral_date) IS NOT NULL AND try_cast(clean(referral_date) AS DATE) IS NULL AS date_unreadable,
    clean(source) AS source, clean(nfa) AS nfa, clean(source_system) AS source_system
FROM read_csv(getvariable('folder') || '/referrals.csv', header = true, delim = ',', quote = '"', escape = '"',
    auto_detect = false, store_rejects = true, rejects_table = 'referrals_rejects', rejects_scan = 'referrals_scan',
    columns = {'referral_id': 'VARCHAR', 'child_id': 'VARCHAR', 'referral_date': 'VARCHAR', 'source': 'VARCHAR',
        'nfa': 'VARCHAR', 'source_system': 'VARCHAR'});

CREATE TABLE episodes_read AS
SELECT clean(episode_id) AS episode_id, clean(child_id) AS child_id,
    try_cast(clean(start_date) AS DATE) AS start_date,
    clean(start_date) IS NOT NULL AND try_cast(clean(start_date) AS DATE) IS NULL AS start_unreadable,
    try_cast(clean(end_date) AS DATE) AS end_date,
    clean(end_date) IS NOT NULL AND try_cast(clean(end_date) AS DATE) IS NULL AS end_unreadable,
    clean(closure_reason) AS closure_reason, clean(source_system) AS source_system
FROM read_csv(getvariable('folder') || '/cin_episodes.csv', header = true, delim = ',', quote = '"', escape = '"',
    auto_detect = false, store_rejects = true, rejects_table = 'episodes_rejects', rejects_scan = 'episodes_scan',
    columns = {'episode_id': 'VARCHAR', 'child_id': 'VARCHAR', 'start_date': 'VARCHAR', 'end_date': 'VARCHAR',
        'closure_reason': 'VARCHAR', 'source_system': 'VARCHAR'});

CREATE TABLE contacts_read AS
SELECT clean(contact_id) AS contact_id, clean(child_id) AS child_id,
    try_cast(clean(contact_date) AS TIMESTAMP) AS contact_at, clean(contact_date) IS NULL AS date_blank,
    clean(source) AS source, clean(concern) AS concern, clean(incident_ref) AS incident_ref, clean(family_id) AS family_id,
    clean(source_system) AS source_system, clean(outcome) AS outcome, clean(referral_id) AS referral_id
FROM read_csv(getvariable('folder') || '/contacts.csv', header = true, delim = ',', quote = '"', escape = '"',
    auto_detect = false, store_rejects = true, rejects_table = 'contacts_rejects', rejects_scan = 'contacts_scan',
    columns = {'contact_id': 'VARCHAR', 'child_id': 'VARCHAR', 'contact_date': 'VARCHAR', 'source': 'VARCHAR',
        'concern': 'VARCHAR', 'incident_ref': 'VARCHAR', 'family_id': 'VARCHAR', 'source_system': 'VARCHAR',
        'outcome': 'VARCHAR', 'referral_id': 'VARCHAR'});
