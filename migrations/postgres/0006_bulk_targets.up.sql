-- Which keys a bulk revocation means: written down at the decision, so that nothing that becomes of them later changes it.
CREATE TABLE llmapikey.bulk_targets (
    bulk_id   text   NOT NULL,
    grant_id  uuid   NOT NULL,
    listed_at bigint NOT NULL,
    PRIMARY KEY (bulk_id, grant_id)
);
ALTER TABLE llmapikey.bulk_targets ENABLE ROW LEVEL SECURITY;
-- When it begins. NULL: an earlier version has decided, which wrote down the selection only. That is not to carry out what is written down
-- here: it knows `cutoff` alone, which is then never reached.
ALTER TABLE llmapikey.bulk_revocations ADD COLUMN begins_at bigint;
-- The request that has decided, by its Idempotency-Key: it decides once a day.
ALTER TABLE llmapikey.bulk_revocations ADD COLUMN request text;
CREATE UNIQUE INDEX bulk_revocations_request ON llmapikey.bulk_revocations (request);
