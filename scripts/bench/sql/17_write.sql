-- Parquet, compressed with zstd. Clean rows are the accepted records on which no finding stands.
COPY findings TO 'findings.parquet' (FORMAT parquet, COMPRESSION zstd);
COPY quarantined TO 'quarantined.parquet' (FORMAT parquet, COMPRESSION zstd);
COPY decided_contacts TO 'contacts.parquet' (FORMAT parquet, COMPRESSION zstd);
COPY (SELECT * EXCLUDE (incident) FROM decided_incidents) TO 'incidents.parquet' (FORMAT parquet, COMPRESSION zstd);
COPY decided_referrals TO 'referrals.parquet' (FORMAT parquet, COMPRESSION zstd);
COPY rates TO 'rates.parquet' (FORMAT parquet, COMPRESSION zstd);

COPY (
    SELECT * EXCLUDE (birth_unreadable, expected_unreadable, upn_valid, nhs_digits, nhs_valid)
    FROM children ANTI JOIN (SELECT line FROM findings WHERE "table" = 'children') USING (line)
) TO 'clean_children.parquet' (FORMAT parquet, COMPRESSION zstd);
COPY (
    SELECT * EXCLUDE (date_unreadable)
    FROM referrals ANTI JOIN (SELECT line FROM findings WHERE "table" = 'referrals') USING (line)
) TO 'clean_referrals.parquet' (FORMAT parquet, COMPRESSION zstd);
COPY (
    SELECT * EXCLUDE (start_unreadable, end_unreadable)
    FROM episodes ANTI JOIN (SELECT line FROM findings WHERE "table" = 'cin_episodes') USING (line)
) TO 'clean_cin_episodes.parquet' (FORMAT parquet, COMPRESSION zstd);
COPY (
    SELECT * FROM contacts ANTI JOIN (SELECT line FROM findings WHERE "table" = 'contacts') USING (line)
) TO 'clean_contacts.parquet' (FORMAT parquet, COMPRESSION zstd);
