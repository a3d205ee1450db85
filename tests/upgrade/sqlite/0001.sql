PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE schema_migrations ( version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT;
INSERT INTO schema_migrations VALUES(1,'grants',1795739795);
CREATE TABLE api_keys (
    id                     TEXT PRIMARY KEY NOT NULL,
    github_user_id         TEXT NOT NULL UNIQUE,
    github_username        TEXT NOT NULL,
    status                 TEXT NOT NULL CHECK (status IN ('pending', 'ambiguous', 'active')),
    nonce                  TEXT NOT NULL,              -- of the attempt, part of the upstream key's name
    openrouter_delete_hash TEXT,                       -- delete handle
    openrouter_key         TEXT,                       -- raw key, sealed
    key_hint               TEXT,
    daily_limit_micro_usd  INTEGER NOT NULL,
    created_at             INTEGER NOT NULL,
    attempted_at           INTEGER NOT NULL,
    expires_at             INTEGER NOT NULL,
    CHECK (status <> 'active' OR (openrouter_delete_hash IS NOT NULL AND openrouter_key IS NOT NULL AND key_hint IS NOT NULL)),
    CHECK (status = 'active' OR (openrouter_key IS NULL AND key_hint IS NULL))
) STRICT;
INSERT INTO api_keys VALUES('f22835a5-7a85-4f64-8933-29bac8fd5300','5000','holder-one','active','8t8LYW1x8GAz3vVdq8uWuQ','9d4916438959dcbd75f50df9f1c8b7e81d4a087a82aa53123b091b3aac7b75f5','v1.26275656.VF9oWhiBCBK74ktoFHGGQkYXMzYW-TCpNOFHnVPzOcnek8BYyhD0ADIG6WPxle-X7Y6Q3aYKwdvVunsgyhKdFviRYuTBqUyntZbX3dEtmzEmhmwNhUymnCkqDNS_a9aLCrG4ZSX3coj0xL_Km2_d468','aa71',10000000,1795739795,1795739795,1803515795);
INSERT INTO api_keys VALUES('a0e7c7b5-0c55-4e37-a50c-ec61c31371b5','5001','holder-two','active','vnSJurQ5tqXBwBs5tFaB9w','719e56d72bd26bd7a70aceded545727dd762f4d6b800ea306f312106b595ff4a','v1.26275656.R83poRq6mjZyxcyScvSE5HsuX6JBkSGPajSeSJc3aujOYYg4QQfaj-BxzJFYr2Tmhg33wcp2jYHP1hRBBwT9jw7GWmtxqAenqPP5uesZT_uO-CxaCMOoe-9rL5JxdXclhh4Jb1yUwS4dHbqsodOfTMo','cd75',10000000,1795739795,1795739795,1803515795);
INSERT INTO api_keys VALUES('00000000-0000-4000-8000-000000000001','9001','row-pending','pending','nonce-of-row-1-aaaaaa',NULL,NULL,NULL,10000000,1795739796,1795739796,1803515795);
INSERT INTO api_keys VALUES('00000000-0000-4000-8000-000000000002','9002','row-ambiguous','ambiguous','nonce-of-row-2-aaaaaa','handle-of-an-attempt-in-doubt',NULL,NULL,10000000,1795739797,1795739797,1803515795);
CREATE TABLE totals (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    live     INTEGER NOT NULL CHECK (live >= 0)
) STRICT;
INSERT INTO totals VALUES(1,4);
CREATE INDEX api_keys_unsettled ON api_keys (id) WHERE status <> 'active';
CREATE INDEX api_keys_delete_hash ON api_keys (openrouter_delete_hash) WHERE openrouter_delete_hash IS NOT NULL;
CREATE INDEX api_keys_nonce ON api_keys (nonce);
CREATE TRIGGER api_keys_counted AFTER INSERT ON api_keys BEGIN
    UPDATE totals SET live = live + 1;
END;
CREATE TRIGGER api_keys_uncounted AFTER DELETE ON api_keys BEGIN
    UPDATE totals SET live = live - 1;
END;
COMMIT;
