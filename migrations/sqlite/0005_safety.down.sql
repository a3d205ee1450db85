-- Webhooks: a former secret signs no more.
DROP INDEX webhook_deliveries_due;
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_at) WHERE state = 'waiting';
ALTER TABLE webhook_deliveries DROP COLUMN waiting_since;
ALTER TABLE webhook_endpoints DROP COLUMN next_at;
ALTER TABLE webhook_endpoints DROP COLUMN failing_since;
ALTER TABLE webhook_endpoints DROP COLUMN failures;
ALTER TABLE webhook_endpoints DROP COLUMN former_until;
ALTER TABLE webhook_endpoints DROP COLUMN sealed_former_secret;
