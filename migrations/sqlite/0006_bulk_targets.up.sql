-- Which keys a bulk revocation means: written down at the decision, so that nothing that becomes of them later changes it.
CREATE TABLE bulk_targets (
    bulk_id   TEXT    NOT NULL,
    grant_id  TEXT    NOT NULL,
    listed_at INTEGER NOT NULL,
    PRIMARY KEY (bulk_id, grant_id)
) STRICT, WITHOUT ROWID;
-- 0: an earlier version has decided, which wrote down the selection only.
ALTER TABLE bulk_revocations ADD COLUMN is_listed INTEGER NOT NULL DEFAULT 0;
