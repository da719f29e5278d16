-- Rules about contacts.
INSERT INTO findings
SELECT rule, 'contacts', line, cells('contacts', line, fields) FROM (
    SELECT 'FD-002' AS rule, line, ['contact_id'] AS fields FROM contacts WHERE contact_id IS NULL
    UNION ALL SELECT 'FD-003', line, ['child_id'] FROM contacts WHERE child_id IS NULL
    UNION ALL SELECT 'FD-004', line, ['child_id'] FROM contacts_beside WHERE child_id IS NOT NULL AND child_line IS NULL
    UNION ALL SELECT 'FD-010', line, ['contact_date'] FROM contacts WHERE contact_date > getvariable('as_at')
    UNION ALL SELECT 'FD-011', line, ['contact_date'] FROM contacts WHERE contact_date < DATE '1990-01-01'
    UNION ALL SELECT 'FD-023', line, ['referral_id'] FROM contacts_beside WHERE referral_id IS NOT NULL AND referral_line IS NULL
    UNION ALL SELECT 'FD-030', line, ['source'] FROM contacts WHERE NOT known_source(source)
    UNION ALL SELECT 'FD-031', line, ['source'] FROM contacts WHERE source IS NULL
    UNION ALL SELECT 'FD-032', line, ['outcome'] FROM contacts WHERE NOT known_outcome(outcome)
    UNION ALL SELECT 'FD-033', line, ['outcome'] FROM contacts WHERE outcome IS NULL
    UNION ALL SELECT 'FD-042', line, ['outcome', 'referral_id'] FROM contacts_beside
        WHERE child_id = referral_child AND outcome NOT IN ('NEW_REFERRAL', 'CP_ENQUIRY', 'EXISTING_REFERRAL')
);

-- A contact beside its child.
INSERT INTO findings
SELECT rule, 'contacts', line, cells('contacts', line, ['contact_date']) || cells('children', child_line, fields) FROM (
    SELECT 'FD-019' AS rule, line, child_line, ['date_of_birth'] AS fields FROM contacts_beside WHERE date_of_birth > contact_date + 280
    UNION ALL SELECT 'FD-020', line, child_line, ['date_of_birth', 'expected_date_of_birth'] FROM contacts_beside
        WHERE date_of_birth > contact_date AND date_of_birth <= contact_date + 280 AND expected_date_of_birth IS NULL AND NOT expected_unreadable
    UNION ALL SELECT 'FD-041', line, child_line, ['date_of_birth'] FROM contacts_beside WHERE date_of_birth + INTERVAL 18 YEAR <= contact_date
);

-- A contact beside the referral that it names.
INSERT INTO findings
SELECT rule, 'contacts', line, cells('contacts', line, fields) || cells('referrals', referral_line, of_referral) FROM (
    SELECT 'FD-021' AS rule, line, referral_line, ['contact_date', 'referral_id'] AS fields, ['referral_date'] AS of_referral
        FROM contacts_beside WHERE referral_date < contact_date - 30
    UNION ALL SELECT 'FD-024', line, referral_line, ['contact_date', 'referral_id'], ['referral_date']
        FROM contacts_beside WHERE referral_date > contact_date + 30
    UNION ALL SELECT 'FD-022', line, referral_line, ['child_id', 'referral_id'], ['child_id']
        FROM contacts_beside WHERE child_id <> referral_child
);

-- Passed to an open case that is not there: no episode of the child may have been open, as far as its dates can be read.
INSERT INTO findings
WITH passed AS (
    SELECT line, child_id, contact_date FROM contacts_beside WHERE outcome = 'EXISTING_REFERRAL' AND child_line IS NOT NULL
)
SELECT 'FD-043', 'contacts', line, cells('contacts', line, ['contact_date', 'outcome'])
FROM passed ANTI JOIN (
    SELECT p.line FROM passed p JOIN episodes e ON e.child_id = p.child_id
    WHERE (e.start_date IS NULL OR e.start_date <= p.contact_date) AND (e.end_date IS NULL OR e.end_date >= p.contact_date)
) USING (line);

INSERT INTO findings SELECT 'IN-005', 'contacts', line, cells('contacts', line, ['contact_date']) FROM unreadable_contacts;

DROP TABLE referrals_beside;
DROP TABLE episodes_beside;
DROP TABLE contacts_beside;
