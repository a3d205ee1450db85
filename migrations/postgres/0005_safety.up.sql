-- What the guarantees need to remember: see docs/guarantees.md.

-- Webhooks: the secret before the present one signs too until former_until; how an endpoint has been doing, over all
-- messages to it; since when a message waits, however often it was tried.
ALTER TABLE llmapikey.webhook_endpoints ADD COLUMN sealed_former_secret text NOT NULL DEFAULT '';
ALTER TABLE llmapikey.webhook_endpoints ADD COLUMN former_until bigint;
ALTER TABLE llmapikey.webhook_endpoints ADD COLUMN failures bigint NOT NULL DEFAULT 0;
ALTER TABLE llmapikey.webhook_endpoints ADD COLUMN failing_since bigint;
ALTER TABLE llmapikey.webhook_endpoints ADD COLUMN next_at bigint NOT NULL DEFAULT 0;
ALTER TABLE llmapikey.webhook_deliveries ADD COLUMN waiting_since bigint NOT NULL DEFAULT 0;
UPDATE llmapikey.webhook_deliveries SET waiting_since = updated_at;
DELETE FROM llmapikey.webhook_deliveries WHERE endpoint_id NOT IN (SELECT id FROM llmapikey.webhook_endpoints);
DROP INDEX llmapikey.webhook_deliveries_due;
CREATE INDEX webhook_deliveries_due ON llmapikey.webhook_deliveries (endpoint_id, next_at) WHERE state = 'waiting';
