-- Contacts that no other stands near each begin an incident. The others wait: each stretch of contacts of a child, none
-- more than thirty days after the one before, is judged by itself, one contact of every stretch at a time.
CREATE TABLE judged (
    stretch BIGINT,             -- the line of its first contact
    place BIGINT,               -- the contact's place in the stretch
    contact BIGINT, person_id VARCHAR, contact_id VARCHAR, day DATE,
    source VARCHAR, system VARCHAR, refs VARCHAR[], concerns VARCHAR[],
    incident BIGINT,            -- the line of the incident's first contact
    incident_place BIGINT, incident_day DATE,
    episode BIGINT,             -- the open episode that the incident is on
    class VARCHAR, matched BIGINT, weak BOOLEAN
);

INSERT INTO judged
SELECT o.contact, 1, o.contact, o.person_id, o.contact_id, o.day, o.source, NULL, NULL, NULL, o.contact, 1, o.day, e.episode,
    CASE WHEN e.episode IS NULL THEN 'unique' ELSE 'open_case' END, NULL, NULL
FROM ordered o LEFT JOIN (SELECT * FROM on_open_case ANTI JOIN naming USING (contact)) e USING (contact)
WHERE (before IS NULL OR day - before > 30) AND (after IS NULL OR after - day > 30);

CREATE TABLE stretches AS
WITH near AS (
    SELECT contact, person_id, day, contact_id, coalesce(day - before > 30, true) AS begins FROM ordered
    WHERE NOT ((before IS NULL OR day - before > 30) AND (after IS NULL OR after - day > 30))
), numbered AS (
    SELECT contact, person_id, day, contact_id, sum(begins::INTEGER) OVER (PARTITION BY person_id ORDER BY day, contact_id NULLS FIRST, contact) AS number
    FROM near
)
SELECT contact, person_id, contact_id, day, first_value(contact) OVER stretch AS stretch, row_number() OVER stretch AS place
FROM numbered WINDOW stretch AS (PARTITION BY person_id, number ORDER BY day, contact_id NULLS FIRST, contact);

-- What they say: the references and concerns of all their rows, without case, each list in order.
CREATE TABLE waiting AS
SELECT s.stretch, s.place, s.contact, s.person_id, s.contact_id, s.day, c.source, lower(c.source_system) AS system,
    coalesce(m.refs, CASE WHEN c.incident_ref IS NULL THEN [] ELSE [lower(c.incident_ref)] END) AS refs,
    coalesce(m.concerns, CASE WHEN c.concern IS NULL THEN [] ELSE [lower(c.concern)] END) AS concerns,
    e.episode
FROM stretches s JOIN contacts c ON c.line = s.contact
LEFT JOIN (
    SELECT r.contact, coalesce(list(DISTINCT lower(c.incident_ref) ORDER BY lower(c.incident_ref)) FILTER (c.incident_ref IS NOT NULL), []) AS refs,
        coalesce(list(DISTINCT lower(c.concern) ORDER BY lower(c.concern)) FILTER (c.concern IS NOT NULL), []) AS concerns
    FROM rows_of_contacts r JOIN contacts c USING (line)
    SEMI JOIN (SELECT contact FROM rows_of_contacts WHERE line <> contact) USING (contact) GROUP BY r.contact
) m ON m.contact = s.contact
LEFT JOIN (SELECT * FROM on_open_case ANTI JOIN naming USING (contact)) e ON e.contact = s.contact;
DROP TABLE ordered;
DROP TABLE stretches;
