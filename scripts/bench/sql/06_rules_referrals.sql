-- Rules about referrals.
INSERT INTO findings
SELECT rule, 'referrals', line, cells('referrals', line, fields) FROM (
    SELECT 'IN-005' AS rule, line, ['referral_date'] AS fields FROM referrals WHERE date_unreadable
    UNION ALL SELECT 'FD-005', line, ['referral_id'] FROM referrals SEMI JOIN referrals_twice USING (referral_id)
    UNION ALL SELECT 'FD-006', line, ['child_id'] FROM referrals_beside WHERE child_line IS NULL
    UNION ALL SELECT 'FD-012', line, ['referral_date'] FROM referrals WHERE referral_date > getvariable('as_at')
    UNION ALL SELECT 'FD-013', line, ['referral_date'] FROM referrals WHERE referral_date < DATE '1990-01-01'
    UNION ALL SELECT 'FD-034', line, ['source'] FROM referrals WHERE NOT known_source(source)
    UNION ALL SELECT 'FD-038', line, ['nfa'] FROM referrals WHERE lower(nfa) NOT IN ('0', '1', 'false', 'true')
    UNION ALL SELECT 'FD-056', line, ['referral_date'] FROM referrals WHERE referral_date IS NULL AND NOT date_unreadable
    UNION ALL SELECT 'FD-064', line, ['source'] FROM referrals WHERE source IS NULL
    UNION ALL SELECT 'FD-065', line, ['nfa'] FROM referrals WHERE nfa IS NULL
);

INSERT INTO findings
SELECT 'FD-028', 'referrals', line, cells('referrals', line, ['referral_date']) || cells('children', child_line, ['date_of_birth'])
FROM referrals_beside WHERE date_of_birth > referral_date + 280;

-- An episode whose end cannot be read is not known to be open.
INSERT INTO findings
SELECT 'FD-045', 'referrals', r.line,
    cells('referrals', r.line, ['referral_date']) || flatten(list(cells('cin_episodes', e.line, ['start_date', 'end_date']) ORDER BY e.line))
FROM referrals_beside r JOIN episodes e ON e.child_id = r.child_id
    AND e.start_date < r.referral_date AND NOT e.end_unreadable AND (e.end_date IS NULL OR e.end_date > r.referral_date)
WHERE r.child_line IS NOT NULL
GROUP BY r.line;

INSERT INTO findings
SELECT 'FD-044', 'referrals', r.line,
    cells('referrals', r.line, ['referral_date', 'nfa']) || flatten(list(cells('cin_episodes', e.line, ['start_date']) ORDER BY e.line))
FROM referrals_beside r JOIN episodes e ON e.child_id = r.child_id AND e.start_date BETWEEN r.referral_date AND r.referral_date + 1
WHERE r.child_line IS NOT NULL AND lower(r.nfa) IN ('1', 'true')
GROUP BY r.line;
