-- Which keys a bulk revocation means: written down at the decision, so that nothing that becomes of them later changes it.
CREATE TABLE bulk_targets (
    bulk_id   TEXT    NOT NULL,
    grant_id  TEXT    NOT NULL,
    listed_at INTEGER NOT NULL,
    PRIMARY KEY (bulk_id, grant_id)
) STRICT, WITHOUT ROWID;
-- When it begins. NULL: an earlier version has decided, which wrote down the selection only. That is not to carry out what is written down
-- here: it knows `cutoff` alone, which is then never reached.
ALTER TABLE bulk_revocations ADD COLUMN begins_at INTEGER;
-- The request that has decided, by its Idempotency-Key: it decides once a day.
ALTER TABLE bulk_revocations ADD COLUMN request TEXT;
CREATE UNIQUE INDEX bulk_revocations_request ON bulk_revocations (request);
