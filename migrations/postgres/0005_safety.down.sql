-- Attempts that were given up.
DROP TABLE llmapikey.unremembered_ends;
DROP TABLE llmapikey.given_up_attempts;
DROP INDEX llmapikey.api_keys_ending_attempts;
-- Bulk revocations: one that was stopped goes on with what it has marked, as before. What is stuck is tried on.
DROP INDEX llmapikey.audit_log_subject;
UPDATE llmapikey.bulk_revocations SET selection = '' WHERE selection = 'all=true';
UPDATE llmapikey.bulk_revocations SET state = 'revoking', ended_at = NULL WHERE state = 'done'
    AND EXISTS (SELECT 1 FROM llmapikey.ledger WHERE bulk_id = bulk_revocations.id AND ledger.ended_at IS NULL);
DROP INDEX llmapikey.ledger_stuck;
ALTER TABLE llmapikey.ledger DROP COLUMN next_revoke_at;
ALTER TABLE llmapikey.ledger DROP COLUMN revoke_problem;
ALTER TABLE llmapikey.ledger DROP COLUMN revoke_attempts;
ALTER TABLE llmapikey.bulk_revocations DROP COLUMN stopped_by;
ALTER TABLE llmapikey.bulk_revocations DROP COLUMN stopped_at;
-- What keys have spent.
DROP INDEX llmapikey.api_keys_last_used;
ALTER TABLE llmapikey.api_keys DROP COLUMN last_used_at;
ALTER TABLE llmapikey.spending_days
    DROP COLUMN read_at,
    DROP COLUMN usage_micro_usd;

DROP TABLE llmapikey.sealing_canary;
-- Webhooks: a former secret signs no more.
DROP INDEX llmapikey.webhook_deliveries_due;
CREATE INDEX webhook_deliveries_due ON llmapikey.webhook_deliveries (next_at) WHERE state = 'waiting';
ALTER TABLE llmapikey.webhook_deliveries DROP COLUMN waiting_since;
ALTER TABLE llmapikey.webhook_endpoints DROP COLUMN next_at;
ALTER TABLE llmapikey.webhook_endpoints DROP COLUMN failing_since;
ALTER TABLE llmapikey.webhook_endpoints DROP COLUMN failures;
ALTER TABLE llmapikey.webhook_endpoints DROP COLUMN former_until;
ALTER TABLE llmapikey.webhook_endpoints DROP COLUMN sealed_former_secret;
