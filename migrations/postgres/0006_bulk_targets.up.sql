-- Which keys a bulk revocation means: written down at the decision, so that nothing that becomes of them later changes it.
CREATE TABLE llmapikey.bulk_targets (
    bulk_id   text   NOT NULL,
    grant_id  uuid   NOT NULL,
    listed_at bigint NOT NULL,
    PRIMARY KEY (bulk_id, grant_id)
);
ALTER TABLE llmapikey.bulk_targets ENABLE ROW LEVEL SECURITY;
-- 0: an earlier version has decided, which wrote down the selection only.
ALTER TABLE llmapikey.bulk_revocations ADD COLUMN is_listed integer NOT NULL DEFAULT 0;
