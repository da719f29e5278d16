-- Rules about children. A date that cannot be read is neither there nor missing: no rule but IN-005 speaks of it.
CREATE TABLE findings (rule VARCHAR, "table" VARCHAR, line BIGINT, cells STRUCT("table" VARCHAR, line BIGINT, field VARCHAR)[]);

INSERT INTO findings
SELECT rule, 'children', line, cells('children', line, fields) FROM (
    SELECT 'IN-005' AS rule, line, ['date_of_birth'] AS fields FROM children WHERE birth_unreadable
    UNION ALL SELECT 'IN-005', line, ['expected_date_of_birth'] FROM children WHERE expected_unreadable
    UNION ALL SELECT 'FD-001', line, ['child_id'] FROM children SEMI JOIN children_twice USING (child_id)
    UNION ALL SELECT 'FD-017', line, ['date_of_birth'] FROM children WHERE date_of_birth > getvariable('as_at')
    UNION ALL SELECT 'FD-018', line, ['date_of_birth'] FROM children WHERE date_of_birth < DATE '1990-01-01'
    UNION ALL SELECT 'FD-025', line, ['date_of_birth', 'expected_date_of_birth'] FROM children
        WHERE date_of_birth NOT BETWEEN expected_date_of_birth - 126 AND expected_date_of_birth + 42
    UNION ALL SELECT 'FD-026', line, ['date_of_birth', 'expected_date_of_birth'] FROM children
        WHERE date_of_birth IS NULL AND NOT birth_unreadable AND expected_date_of_birth < getvariable('as_at') - 42
    UNION ALL SELECT 'FD-027', line, ['expected_date_of_birth'] FROM children WHERE expected_date_of_birth > getvariable('as_at') + 280
    UNION ALL SELECT 'FD-035', line, ['sex'] FROM children WHERE sex NOT IN ('M', 'F', 'U')
    UNION ALL SELECT 'FD-036', line, ['ethnicity'] FROM children WHERE NOT known_ethnicity(ethnicity)
    UNION ALL SELECT 'FD-050', line, ['upn'] FROM children
        WHERE NOT upn_valid AND upn NOT IN ('UN1', 'UN2', 'UN3', 'UN4', 'UN5', 'UN6', 'UN7')
    UNION ALL SELECT 'FD-051', line, ['nhs_number'] FROM children WHERE NOT nhs_valid
    UNION ALL SELECT 'FD-052', line, ['upn'] FROM children
        SEMI JOIN (SELECT upn FROM children WHERE upn_valid GROUP BY upn HAVING count(*) > 1) USING (upn)
    UNION ALL SELECT 'FD-053', line, ['nhs_number'] FROM children
        SEMI JOIN (SELECT nhs_digits FROM children WHERE nhs_digits IS NOT NULL GROUP BY nhs_digits HAVING count(*) > 1) USING (nhs_digits)
    UNION ALL SELECT 'FD-054', line, ['postcode'] FROM children WHERE NOT valid_postcode(postcode)
    UNION ALL SELECT 'FD-055', line, ['date_of_birth', 'expected_date_of_birth'] FROM children
        WHERE date_of_birth IS NULL AND NOT birth_unreadable AND expected_date_of_birth IS NULL AND NOT expected_unreadable
    UNION ALL SELECT 'FD-058', line, ['forename', 'surname'] FROM children WHERE forename IS NULL OR surname IS NULL
    UNION ALL SELECT 'FD-059', line, ['forename', 'surname'] FROM children
        WHERE lower(forename) IN ('test', 'unknown', 'not known', 'dummy', 'xxx')
           OR lower(surname) IN ('test', 'unknown', 'not known', 'dummy', 'xxx')
    UNION ALL SELECT 'FD-060', line, ['forename', 'date_of_birth'] FROM children
        WHERE date_of_birth <= getvariable('as_at') AND lower(forename) IN ('unborn', 'baby')
    UNION ALL SELECT 'FD-061', line, ['sex'] FROM children WHERE sex IS NULL
    UNION ALL SELECT 'FD-062', line, ['ethnicity'] FROM children WHERE ethnicity IS NULL
    UNION ALL SELECT 'FD-063', line, ['postcode'] FROM children WHERE postcode IS NULL
    UNION ALL SELECT 'FD-066', line, ['expected_date_of_birth', 'upn', 'nhs_number'] FROM children
        WHERE date_of_birth IS NULL AND NOT birth_unreadable AND expected_date_of_birth > getvariable('as_at')
          AND (upn_valid OR nhs_number IS NOT NULL)
    UNION ALL SELECT 'FD-067', line, ['upn', 'date_of_birth'] FROM children
        WHERE upn_valid AND date_of_birth + INTERVAL 2 YEAR > getvariable('as_at')
    UNION ALL SELECT 'FD-068', line, ['child_id', 'legacy_child_id'] FROM children WHERE legacy_child_id = child_id
    UNION ALL SELECT 'FD-070', line, ['date_of_birth'] FROM children
        WHERE date_of_birth IN (DATE '1990-01-01', DATE '1999-09-09', DATE '2000-01-01')
);
