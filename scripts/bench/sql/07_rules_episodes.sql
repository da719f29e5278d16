-- Rules about episodes.
INSERT INTO findings
SELECT rule, 'cin_episodes', line, cells('cin_episodes', line, fields) FROM (
    SELECT 'IN-005' AS rule, line, ['start_date'] AS fields FROM episodes WHERE start_unreadable
    UNION ALL SELECT 'IN-005', line, ['end_date'] FROM episodes WHERE end_unreadable
    UNION ALL SELECT 'FD-007', line, ['episode_id'] FROM episodes SEMI JOIN episodes_twice USING (episode_id)
    UNION ALL SELECT 'FD-008', line, ['child_id'] FROM episodes_beside WHERE child_line IS NULL
    UNION ALL SELECT 'FD-014', line, ['start_date', 'end_date'] FROM episodes WHERE end_date < start_date
    UNION ALL SELECT 'FD-015', line, ['start_date'] FROM episodes WHERE start_date > getvariable('as_at')
    UNION ALL SELECT 'FD-015', line, ['end_date'] FROM episodes WHERE end_date > getvariable('as_at')
    UNION ALL SELECT 'FD-016', line, ['start_date'] FROM episodes WHERE start_date < DATE '1990-01-01'
    UNION ALL SELECT 'FD-037', line, ['closure_reason'] FROM episodes WHERE NOT regexp_full_match(closure_reason, 'RC[1-9]')
    UNION ALL SELECT 'FD-039', line, ['end_date', 'closure_reason'] FROM episodes WHERE end_date IS NOT NULL AND closure_reason IS NULL
    UNION ALL SELECT 'FD-040', line, ['end_date', 'closure_reason'] FROM episodes
        WHERE closure_reason IS NOT NULL AND end_date IS NULL AND NOT end_unreadable
    UNION ALL SELECT 'FD-046', line, ['start_date', 'end_date'] FROM episodes
        SEMI JOIN (SELECT child_id FROM episodes WHERE start_date IS NOT NULL AND end_date IS NULL AND NOT end_unreadable
            AND child_id IS NOT NULL GROUP BY child_id HAVING count(*) > 1) USING (child_id)
        WHERE start_date IS NOT NULL AND end_date IS NULL AND NOT end_unreadable
    UNION ALL SELECT 'FD-048', line, ['start_date', 'end_date'] FROM episodes
        WHERE end_date IS NULL AND NOT end_unreadable AND start_date + INTERVAL 36 MONTH <= getvariable('as_at')
    UNION ALL SELECT 'FD-049', line, ['start_date', 'end_date'] FROM episodes WHERE start_date = end_date
    UNION ALL SELECT 'FD-057', line, ['start_date'] FROM episodes WHERE start_date IS NULL AND NOT start_unreadable
);

INSERT INTO findings
SELECT 'FD-029', 'cin_episodes', line, cells('cin_episodes', line, ['start_date']) || cells('children', child_line, ['date_of_birth'])
FROM episodes_beside WHERE date_of_birth > start_date + 280;

-- Overlaps: the days that an episode covers, its last one left out; episodes of the same days are one.
INSERT INTO findings
WITH spans AS (
    SELECT line, child_id, start_date, end_unreadable,
        CASE WHEN end_unreadable THEN NULL WHEN end_date IS NULL THEN DATE '9999-12-31' ELSE end_date - 1 END AS last_day
    FROM episodes WHERE child_id IS NOT NULL AND start_date IS NOT NULL
)
SELECT DISTINCT 'FD-047', 'cin_episodes', s.line, cells('cin_episodes', s.line, ['start_date', 'end_date'])
FROM spans s JOIN spans o ON o.child_id = s.child_id
WHERE o.line <> s.line
    AND (s.start_date <> o.start_date OR s.last_day IS NULL OR o.last_day IS NULL OR s.last_day <> o.last_day)
    AND (s.start_date BETWEEN o.start_date AND o.last_day OR o.start_date BETWEEN s.start_date AND s.last_day);
