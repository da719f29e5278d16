-- The incidents: by their first contact.
CREATE TABLE incidents AS
SELECT incident, person_id, day, contact_id, source, class, class = 'unique' AS is_unique
FROM judged WHERE contact = incident;

-- An incident is called by its child and its first contact; without a contact number by its day and place.
CREATE TABLE names_of_incidents AS
SELECT incident, person_id || '/' || contact_id AS incident_id FROM incidents WHERE contact_id IS NOT NULL
UNION ALL
SELECT incident, person_id || '/' || day || '#' || number FROM (
    SELECT incident, person_id, day, contact_id, row_number() OVER (PARTITION BY person_id ORDER BY day, contact_id NULLS FIRST, incident) AS number
    FROM incidents SEMI JOIN (SELECT person_id FROM incidents WHERE contact_id IS NULL) USING (person_id)
) WHERE contact_id IS NULL;
