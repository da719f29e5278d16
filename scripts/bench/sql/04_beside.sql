-- Records beside their parents. Where a number stands on several rows, the first of them is the parent.
CREATE TABLE children_twice AS SELECT child_id, min(line) AS first_line FROM children GROUP BY child_id HAVING count(*) > 1;
CREATE TABLE referrals_twice AS SELECT referral_id, min(line) AS first_line FROM referrals GROUP BY referral_id HAVING count(*) > 1;
CREATE TABLE episodes_twice AS SELECT episode_id, min(line) AS first_line FROM episodes GROUP BY episode_id HAVING count(*) > 1;

CREATE VIEW child AS SELECT c.* FROM children c ANTI JOIN children_twice t ON t.child_id = c.child_id AND t.first_line < c.line;
CREATE VIEW referral AS SELECT r.* FROM referrals r ANTI JOIN referrals_twice t ON t.referral_id = r.referral_id AND t.first_line < r.line;

CREATE TABLE contacts_beside AS
SELECT c.line, c.contact_date, c.child_id, c.outcome, c.referral_id,
    d.line AS child_line, d.date_of_birth, d.expected_date_of_birth, d.expected_unreadable,
    r.line AS referral_line, r.referral_date, r.child_id AS referral_child
FROM contacts c LEFT JOIN child d ON d.child_id = c.child_id LEFT JOIN referral r ON r.referral_id = c.referral_id;

CREATE TABLE referrals_beside AS
SELECT r.line, r.referral_date, r.child_id, r.nfa, d.line AS child_line, d.date_of_birth
FROM referrals r LEFT JOIN child d ON d.child_id = r.child_id;

CREATE TABLE episodes_beside AS
SELECT e.line, e.start_date, e.child_id, d.line AS child_line, d.date_of_birth
FROM episodes e LEFT JOIN child d ON d.child_id = e.child_id;
