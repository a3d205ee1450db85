-- The ledger, the holds and the audit log stay. Keys that are disabled upstream stay so, and revocations that have begun go on.
DROP TABLE llmapikey.webhook_deliveries, llmapikey.webhook_events, llmapikey.webhook_endpoints, llmapikey.stored_answers,
    llmapikey.api_tokens, llmapikey.failures, llmapikey.days, llmapikey.facts, llmapikey.leases, llmapikey.bulk_revocations;
DROP INDEX llmapikey.ledger_begun, llmapikey.ledger_created, llmapikey.ledger_bulk_open, llmapikey.ledger_bulk;
ALTER TABLE llmapikey.ledger DROP COLUMN bulk_id;
DROP INDEX llmapikey.api_keys_unsynced, llmapikey.api_keys_disabled, llmapikey.api_keys_unused, llmapikey.api_keys_spent, llmapikey.api_keys_expiry;
ALTER TABLE llmapikey.api_keys
    DROP COLUMN is_disabled,
    DROP COLUMN unsynced,
    DROP COLUMN spent_micro_usd,
    DROP COLUMN spent_as_of,
    DROP COLUMN revealed_at,
    DROP COLUMN reveal_reason;
