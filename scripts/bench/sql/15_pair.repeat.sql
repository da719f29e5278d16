-- Links every pair that comes before all others of its incident and of its referral, and lets go of what they were
-- paired with besides; repeated until no pair waits.
CREATE OR REPLACE TEMP TABLE next_pairs AS
SELECT incident, referral, method FROM waiting_pairs
QUALIFY turn = min(turn) OVER (PARTITION BY incident) AND turn = min(turn) OVER (PARTITION BY referral);

INSERT INTO linked SELECT incident, referral, method, 'linked' FROM next_pairs;

DELETE FROM waiting_pairs WHERE incident IN (SELECT incident FROM next_pairs) OR referral IN (SELECT referral FROM next_pairs);
