-- What the guarantees need to remember: see docs/guarantees.md.

-- Webhooks: the secret before the present one signs too until former_until; how an endpoint has been doing, over all
-- messages to it; since when a message waits, however often it was tried.
ALTER TABLE webhook_endpoints ADD COLUMN sealed_former_secret TEXT NOT NULL DEFAULT '';
ALTER TABLE webhook_endpoints ADD COLUMN former_until INTEGER;
ALTER TABLE webhook_endpoints ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE webhook_endpoints ADD COLUMN failing_since INTEGER;
ALTER TABLE webhook_endpoints ADD COLUMN next_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE webhook_deliveries ADD COLUMN waiting_since INTEGER NOT NULL DEFAULT 0;
UPDATE webhook_deliveries SET waiting_since = updated_at;
DELETE FROM webhook_deliveries WHERE endpoint_id NOT IN (SELECT id FROM webhook_endpoints);
DROP INDEX webhook_deliveries_due;
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, next_at) WHERE state = 'waiting';
