-- Triggers store the webhook events again: the same as in 0004_lifecycle.up.sql.
CREATE TRIGGER key_issued AFTER UPDATE OF status ON api_keys
WHEN new.status = 'active' AND old.status = 'pending' AND EXISTS (SELECT 1 FROM webhook_endpoints) BEGIN
    INSERT INTO webhook_events (id, event_key, type, grant_id, github_user_id, github_username, detail, at)
    VALUES (lower(hex(randomblob(16))), 'key.issued:' || new.id, 'key.issued', new.id, new.github_user_id,
            new.github_username, '', unixepoch())
    ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER mint_ambiguous AFTER UPDATE OF status ON api_keys
WHEN new.status = 'ambiguous' AND old.status = 'pending' AND EXISTS (SELECT 1 FROM webhook_endpoints) BEGIN
    INSERT INTO webhook_events (id, event_key, type, grant_id, github_user_id, github_username, detail, at)
    VALUES (lower(hex(randomblob(16))), 'mint.ambiguous:' || new.id || ':' || new.nonce, 'mint.ambiguous', new.id,
            new.github_user_id, new.github_username, '', unixepoch())
    ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER key_revoked AFTER DELETE ON api_keys
WHEN old.status = 'revoking' AND EXISTS (SELECT 1 FROM webhook_endpoints) BEGIN
    INSERT INTO webhook_events (id, event_key, type, grant_id, github_user_id, github_username, detail, at)
    SELECT lower(hex(randomblob(16))), 'key.revoked:' || old.id, 'key.revoked', old.id, old.github_user_id,
        old.github_username, coalesce((SELECT reason FROM ledger WHERE grant_id = old.id), ''), unixepoch()
    WHERE true ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER key_replaced AFTER UPDATE OF status ON api_keys
WHEN old.status = 'replacing' AND new.status = 'waiting' AND EXISTS (SELECT 1 FROM webhook_endpoints) BEGIN
    INSERT INTO webhook_events (id, event_key, type, grant_id, github_user_id, github_username, detail, at)
    SELECT lower(hex(randomblob(16))), 'key.revoked:' || old.id, 'key.revoked', old.id, old.github_user_id,
        old.github_username, coalesce((SELECT reason FROM ledger WHERE grant_id = old.id), ''), unixepoch()
    WHERE true ON CONFLICT DO NOTHING;
END;
