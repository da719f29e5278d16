-- What was decided of every contact row, every incident and every referral.
CREATE TABLE decided_incidents AS
SELECT n.incident_id, i.incident, i.person_id, i.day AS first_date, i.source, i.class, j.contacts, l.referral IS NOT NULL AS converted,
    coalesce(l.method, o.method) AS link_method, r.referral_id,
    i.day BETWEEN getvariable('period_from') AND getvariable('period_to') AS in_period
FROM incidents i JOIN names_of_incidents n USING (incident)
JOIN (SELECT incident, count(*) AS contacts FROM judged GROUP BY incident) j USING (incident)
LEFT JOIN (SELECT incident, referral, method FROM linked WHERE status = 'linked') l USING (incident)
LEFT JOIN (SELECT line AS referral, referral_id FROM referrals) r USING (referral)
LEFT JOIN (
    -- The outcome speaks of a referral, and none of the child stands near.
    SELECT DISTINCT j.incident, 'outcome_only' AS method
    FROM contacts c JOIN rows_of_contacts w ON w.line = c.line JOIN judged j ON j.contact = w.contact
        JOIN (SELECT incident FROM incidents WHERE is_unique) i ON i.incident = j.incident
        ANTI JOIN near n ON n.incident = j.incident ANTI JOIN linked l ON l.incident = j.incident
    WHERE upper(c.outcome) IN ('NEW_REFERRAL', 'CP_ENQUIRY')
) o USING (incident);

CREATE TABLE decided_contacts AS
SELECT w.line, c.contact_id, c.child_id, w.person_id, c.contact_date, w.day AS counted_date, c.source, c.concern, c.outcome, c.source_system,
    CASE WHEN w.line <> w.contact THEN 'repeated_row' WHEN w.person_id IS NULL THEN 'unidentified' ELSE j.class END AS class,
    CASE WHEN w.line <> w.contact THEN w.contact ELSE j.matched END AS matched_line,
    i.incident_id, coalesce(w.line = j.incident, false) AS first_of_incident, coalesce(i.class = 'open_case', false) AS on_open_case,
    CASE WHEN w.line = w.contact AND j.matched IS NOT NULL THEN CASE WHEN j.weak THEN 'weak' ELSE 'strong' END END AS evidence,
    coalesce(w.line = j.incident AND i.converted, false) AS converted, CASE WHEN w.line = j.incident THEN i.link_method END AS link_method,
    CASE WHEN w.line = j.incident THEN i.referral_id END AS referral_id,
    w.day BETWEEN getvariable('period_from') AND getvariable('period_to') AS in_period
FROM rows_of_contacts w JOIN contacts c USING (line) LEFT JOIN judged j USING (contact) LEFT JOIN decided_incidents i USING (incident);

CREATE TABLE decided_referrals AS
SELECT r.line, r.referral_id, r.person_id, r.referral_date, coalesce(l.status, 'not_linked') AS status,
    CASE WHEN l.status = 'linked' THEN l.method END AS link_method, n.incident_id
FROM persons_referrals r LEFT JOIN linked l ON l.referral = r.line LEFT JOIN names_of_incidents n USING (incident);

-- Conversion: unique contacts of the period that became a referral, by the first contact's month and source.
CREATE TABLE rates AS
SELECT 'month' AS breakdown, strftime(first_date, '%Y-%m') AS category, count(*) FILTER (converted) AS numerator, count(*) AS denominator
FROM decided_incidents WHERE in_period AND class = 'unique' GROUP BY category
UNION ALL
SELECT 'source', CASE WHEN source IS NULL THEN 'not recorded' WHEN known_source(upper(source)) THEN upper(source) ELSE source END AS category,
    count(*) FILTER (converted), count(*)
FROM decided_incidents WHERE in_period AND class = 'unique' GROUP BY category;
