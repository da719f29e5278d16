-- Which referral converts which unique incident. First those that contacts name: each goes to the earliest incident that
-- names it; of several the earliest converts, and the others are further referrals.
CREATE TABLE persons_referrals AS
SELECT r.line, r.referral_id, coalesce(p.person_id, r.child_id) AS person_id, r.referral_date, lower(r.source) AS source
FROM referrals r LEFT JOIN persons p ON p.child_id = r.child_id;

CREATE TABLE linked AS
WITH named AS (
    SELECT DISTINCT i.incident, i.day, i.contact_id, r.line, r.referral_id, r.referral_date
    FROM naming n JOIN rows_of_contacts o ON o.contact = n.contact JOIN contacts c ON c.line = o.line
    JOIN judged j ON j.contact = n.contact JOIN incidents i ON i.incident = j.incident
    JOIN persons_referrals r ON r.referral_id = c.referral_id AND r.person_id = i.person_id
    WHERE i.is_unique
), earliest AS (
    SELECT * FROM named QUALIFY row_number() OVER (PARTITION BY line ORDER BY day, contact_id NULLS FIRST, incident) = 1
)
SELECT incident, line AS referral, 'explicit' AS method,
    CASE WHEN row_number() OVER (PARTITION BY incident ORDER BY referral_date NULLS LAST, referral_id, line) = 1 THEN 'linked' ELSE 'further' END AS status
FROM earliest;

-- Working days: how many there are up to each day.
CREATE TABLE calendar AS
WITH days AS (SELECT unnest(range(DATE '1900-01-01', DATE '2100-01-01', INTERVAL 1 DAY))::DATE AS day)
SELECT day, count(*) FILTER (isodow(day) < 6 AND NOT list_contains(getvariable('bank_holidays'), day)) OVER (ORDER BY day) AS working_day
FROM days;

-- Then the nearest of those that are left, from one working day before to five after any contact of the incident.
CREATE TABLE around AS
SELECT i.incident, i.day, i.contact_id, r.line AS referral, r.referral_id, r.referral_date, r.source
FROM incidents i JOIN persons_referrals r ON r.person_id = i.person_id
WHERE i.is_unique AND r.referral_date BETWEEN i.day - 60 AND i.day + 60;

CREATE TABLE near AS
SELECT a.incident, any_value(a.day) AS day, any_value(a.contact_id) AS contact_id, a.referral, any_value(a.referral_id) AS referral_id,
    any_value(a.referral_date) AS referral_date, bool_or(lower(j.source) IS NOT DISTINCT FROM a.source) AS same_source,
    min({'days': abs(there.working_day - here.working_day), 'before': a.referral_date < j.day})
        FILTER (there.working_day - here.working_day <= 5 AND (a.referral_date >= j.day OR here.working_day - there.working_day <= 1)) AS apart
FROM around a JOIN judged j ON j.incident = a.incident
    JOIN calendar here ON here.day = j.day JOIN calendar there ON there.day = a.referral_date
GROUP BY a.incident, a.referral
HAVING apart IS NOT NULL;

CREATE TABLE waiting_pairs AS
SELECT incident, referral, CASE WHEN apart.before THEN 'before_contact' ELSE 'window' END AS method,
    row_number() OVER (ORDER BY same_source DESC, apart.days, apart.before, day, contact_id NULLS FIRST, incident, referral_id, referral_date, referral) AS turn
FROM near ANTI JOIN (SELECT incident FROM linked) USING (incident) ANTI JOIN (SELECT referral FROM linked) USING (referral);
