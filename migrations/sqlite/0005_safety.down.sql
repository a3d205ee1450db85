-- Attempts that were given up.
DROP TRIGGER attempt_given_up_with_its_row;
DROP TRIGGER attempt_settled_before_its_end;
DROP TRIGGER attempt_given_up;
DROP TABLE unremembered_ends;
DROP TABLE given_up_attempts;
DROP INDEX api_keys_ending_attempts;
-- Bulk revocations: one that was stopped goes on with what it has marked, as before. What is stuck is tried on.
DROP INDEX audit_log_subject;
UPDATE bulk_revocations SET selection = '' WHERE selection = 'all=true';
UPDATE bulk_revocations SET state = 'revoking', ended_at = NULL WHERE state = 'done'
    AND EXISTS (SELECT 1 FROM ledger WHERE bulk_id = bulk_revocations.id AND ledger.ended_at IS NULL);
DROP INDEX ledger_stuck;
ALTER TABLE ledger DROP COLUMN next_revoke_at;
ALTER TABLE ledger DROP COLUMN revoke_problem;
ALTER TABLE ledger DROP COLUMN revoke_attempts;
ALTER TABLE bulk_revocations DROP COLUMN stopped_by;
ALTER TABLE bulk_revocations DROP COLUMN stopped_at;
-- What keys have spent.
DROP INDEX api_keys_last_used;
ALTER TABLE api_keys DROP COLUMN last_used_at;
ALTER TABLE spending_days DROP COLUMN read_at;
ALTER TABLE spending_days DROP COLUMN usage_micro_usd;

DROP TABLE sealing_canary;
-- Webhooks: a former secret signs no more.
DROP INDEX webhook_deliveries_due;
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_at) WHERE state = 'waiting';
ALTER TABLE webhook_deliveries DROP COLUMN waiting_since;
ALTER TABLE webhook_endpoints DROP COLUMN next_at;
ALTER TABLE webhook_endpoints DROP COLUMN failing_since;
ALTER TABLE webhook_endpoints DROP COLUMN failures;
ALTER TABLE webhook_endpoints DROP COLUMN former_until;
ALTER TABLE webhook_endpoints DROP COLUMN sealed_former_secret;
