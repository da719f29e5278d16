-- Judges the next contact of every stretch; repeated until none waits. It is held against all contacts of the stretch
-- judged before: the better class first, then the latest incident, then the earliest of its contacts.
SET VARIABLE round = coalesce(getvariable('round'), 0) + 1;
CREATE OR REPLACE TEMP TABLE mine AS SELECT * FROM waiting WHERE place = getvariable('round');

INSERT INTO judged
WITH held AS (
    SELECT me.contact AS me, me.day AS my_day, lower(me.source) AS my_source, me.system AS my_system, me.refs AS my_refs, me.concerns AS my_concerns,
        j.*, bool_or(len(j.refs) > 0) OVER of_incident AS incident_refs, bool_or(len(j.concerns) > 0) OVER of_incident AS incident_concerns
    FROM mine me JOIN judged j ON j.stretch = me.stretch
    WHERE j.episode IS NULL OR j.episode = me.episode
    WINDOW of_incident AS (PARTITION BY me.contact, j.incident)
), candidates AS (
    SELECT *, CASE
        WHEN day = my_day AND lower(source) IS NOT DISTINCT FROM my_source AND system IS NOT DISTINCT FROM my_system
            AND refs = my_refs AND concerns = my_concerns THEN 2
        WHEN my_day BETWEEN getvariable('migration_from') AND getvariable('migration_to')
            AND day BETWEEN getvariable('migration_from') AND getvariable('migration_to')
            AND system <> my_system AND lower(source) IS NOT DISTINCT FROM my_source AND my_day - day <= 1
            AND (len(refs) = 0 OR len(my_refs) = 0 OR list_has_any(refs, my_refs))
            AND (len(concerns) = 0 OR len(my_concerns) = 0 OR list_has_any(concerns, my_concerns)) THEN 3
        WHEN my_day - incident_day <= 30 AND list_has_any(refs, my_refs) THEN 4
        -- A reference in common makes the class above; so references contradict where both sides name some.
        WHEN my_day - incident_day <= 3 AND (len(my_refs) = 0 OR NOT incident_refs)
            AND list_has_any(concerns, my_concerns) THEN 5
        WHEN my_day - incident_day <= 1 AND (len(my_refs) = 0 OR NOT incident_refs)
            AND contact = incident AND (len(my_concerns) = 0 OR NOT incident_concerns) THEN 6
        END AS class_rank
    FROM held
), chosen AS (
    SELECT * FROM candidates WHERE class_rank IS NOT NULL
    -- With and without a concern in common is one class: the later incident goes first.
    QUALIFY row_number() OVER (PARTITION BY me ORDER BY least(class_rank, 5), incident_place DESC, place) = 1
)
SELECT me.stretch, me.place, me.contact, me.person_id, me.contact_id, me.day, me.source, me.system, me.refs, me.concerns,
    coalesce(c.incident, me.contact), coalesce(c.incident_place, me.place), coalesce(c.incident_day, me.day),
    CASE WHEN c.incident IS NULL THEN me.episode ELSE c.episode END,
    CASE c.class_rank WHEN 2 THEN 'exact' WHEN 3 THEN 'migrated' WHEN 4 THEN 'same_incident_ref' WHEN 5 THEN 'same_incident_window'
        WHEN 6 THEN 'same_incident_window' ELSE CASE WHEN me.episode IS NULL THEN 'unique' ELSE 'open_case' END END,
    c.contact, c.class_rank = 6
FROM mine me LEFT JOIN chosen c ON c.me = me.contact;
