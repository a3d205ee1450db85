PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE schema_migrations ( version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT;
INSERT INTO schema_migrations VALUES(1,'grants',1795739795);
INSERT INTO schema_migrations VALUES(2,'revocations',1795739795);
CREATE TABLE totals (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    live     INTEGER NOT NULL CHECK (live >= 0)
) STRICT;
INSERT INTO totals VALUES(1,5);
CREATE TABLE api_keys (
    number                 INTEGER PRIMARY KEY,
    id                     TEXT NOT NULL UNIQUE,
    github_user_id         TEXT NOT NULL UNIQUE,
    github_username        TEXT NOT NULL,
    status                 TEXT NOT NULL CHECK (status IN ('pending', 'ambiguous', 'active', 'revoking')),
    nonce                  TEXT NOT NULL,
    openrouter_delete_hash TEXT,
    openrouter_key         TEXT,
    key_hint               TEXT,
    daily_limit_micro_usd  INTEGER NOT NULL,
    created_at             INTEGER NOT NULL,
    attempted_at           INTEGER NOT NULL,
    expires_at             INTEGER NOT NULL,
    CHECK (status <> 'active' OR (openrouter_delete_hash IS NOT NULL AND openrouter_key IS NOT NULL AND key_hint IS NOT NULL)),
    CHECK (status = 'active' OR openrouter_key IS NULL)
) STRICT;
INSERT INTO api_keys VALUES(1,'f22835a5-7a85-4f64-8933-29bac8fd5300','5000','holder-one','active','8t8LYW1x8GAz3vVdq8uWuQ','9d4916438959dcbd75f50df9f1c8b7e81d4a087a82aa53123b091b3aac7b75f5','v1.26275656.VF9oWhiBCBK74ktoFHGGQkYXMzYW-TCpNOFHnVPzOcnek8BYyhD0ADIG6WPxle-X7Y6Q3aYKwdvVunsgyhKdFviRYuTBqUyntZbX3dEtmzEmhmwNhUymnCkqDNS_a9aLCrG4ZSX3coj0xL_Km2_d468','aa71',10000000,1795739795,1795739795,1803515795);
INSERT INTO api_keys VALUES(2,'a0e7c7b5-0c55-4e37-a50c-ec61c31371b5','5001','holder-two','active','vnSJurQ5tqXBwBs5tFaB9w','719e56d72bd26bd7a70aceded545727dd762f4d6b800ea306f312106b595ff4a','v1.26275656.R83poRq6mjZyxcyScvSE5HsuX6JBkSGPajSeSJc3aujOYYg4QQfaj-BxzJFYr2Tmhg33wcp2jYHP1hRBBwT9jw7GWmtxqAenqPP5uesZT_uO-CxaCMOoe-9rL5JxdXclhh4Jb1yUwS4dHbqsodOfTMo','cd75',10000000,1795739795,1795739795,1803515795);
INSERT INTO api_keys VALUES(3,'00000000-0000-4000-8000-000000000001','9001','row-pending','pending','nonce-of-row-1-aaaaaa',NULL,NULL,NULL,10000000,1795739796,1795739796,1803515795);
INSERT INTO api_keys VALUES(4,'00000000-0000-4000-8000-000000000002','9002','row-ambiguous','ambiguous','nonce-of-row-2-aaaaaa','handle-of-an-attempt-in-doubt',NULL,NULL,10000000,1795739797,1795739797,1803515795);
INSERT INTO api_keys VALUES(5,'00000000-0000-4000-8000-000000000003','9003','row-revoking','revoking','nonce-of-row-3-aaaaaa','handle-that-is-being-revoked',NULL,'ab12',10000000,1795739798,1795739798,1803515795);
PRAGMA writable_schema=ON;
INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table','login_search','login_search',0,'CREATE VIRTUAL TABLE login_search USING fts5 (github_username, content = ''api_keys'', content_rowid = ''number'', tokenize = ''trigram'')');
CREATE TABLE IF NOT EXISTS 'login_search_data'(id INTEGER PRIMARY KEY, block BLOB);
INSERT INTO login_search_data VALUES(1,X'052e');
INSERT INTO login_search_data VALUES(10,X'000000000105050005010101020101030101040101050101');
INSERT INTO login_search_data VALUES(137438953473,X'0000004304302d6f6e0102080103646572010205010365722d0102060103686f6c01020201036c646501020401036f6c6401020302026e650102090103722d6f0102070408080808080807');
INSERT INTO login_search_data VALUES(274877906945,X'0000004404302d74770202080103646572020205010365722d0202060103686f6c02020201036c646502020401036f6c640202030103722d74020207010374776f0202090408080808080808');
INSERT INTO login_search_data VALUES(412316860417,X'0000004c04302d7065030205010364696e0302090103656e640302070103696e6703020a01036e646903020801036f772d030203010370656e0302060103726f770302020103772d70030204040808080808080808');
INSERT INTO login_search_data VALUES(549755813889,X'0000005b04302d616d0402050103616d620402060103626967040208010367756f04020a010369677504020901036d626904020701036f757304020c0202772d0402030103726f770402020103756f7504020b0103772d610402040408080808080808070808');
INSERT INTO login_search_data VALUES(687194767361,X'0000005204302d7265050205010365766f0502070103696e6705020b01036b696e05020a01036f6b690502090202772d050203010372657605020602026f770502020103766f6b0502080103772d7205020404080808080807080708');
CREATE TABLE IF NOT EXISTS 'login_search_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;
INSERT INTO login_search_idx VALUES(1,X'',2);
INSERT INTO login_search_idx VALUES(2,X'',2);
INSERT INTO login_search_idx VALUES(3,X'',2);
INSERT INTO login_search_idx VALUES(4,X'',2);
INSERT INTO login_search_idx VALUES(5,X'',2);
CREATE TABLE IF NOT EXISTS 'login_search_docsize'(id INTEGER PRIMARY KEY, sz BLOB);
INSERT INTO login_search_docsize VALUES(1,X'08');
INSERT INTO login_search_docsize VALUES(2,X'08');
INSERT INTO login_search_docsize VALUES(3,X'09');
INSERT INTO login_search_docsize VALUES(4,X'0b');
INSERT INTO login_search_docsize VALUES(5,X'0a');
CREATE TABLE IF NOT EXISTS 'login_search_config'(k PRIMARY KEY, v) WITHOUT ROWID;
INSERT INTO login_search_config VALUES('version',4);
CREATE TABLE ledger (
    grant_id               TEXT PRIMARY KEY NOT NULL,
    github_user_id         TEXT NOT NULL,
    github_username        TEXT NOT NULL,
    openrouter_delete_hash TEXT,
    key_hint               TEXT,
    daily_limit_micro_usd  INTEGER NOT NULL,
    created_at             INTEGER NOT NULL,
    expires_at             INTEGER NOT NULL,
    actor                  TEXT NOT NULL,
    reason                 TEXT NOT NULL,
    begun_at               INTEGER NOT NULL,
    ended_at               INTEGER                -- NULL: not yet revoked upstream
) STRICT;
INSERT INTO ledger VALUES('c0ce9308-121b-4756-b161-d2e8fe2af3ae','5002','ended-one','f277ef43c60a07d1c550c387d976c0c3cfed892a0c6e26b411777b2cbb1fe38e','5d87',10000000,1795739795,1803515795,'cli:root','the course is over',1795739796,1795739797);
INSERT INTO ledger VALUES('00000000-0000-4000-8000-000000000003','9003','row-revoking','handle-that-is-being-revoked','ab12',10000000,1795739798,1803515795,'github:1003','leaked',1795739845,NULL);
CREATE TABLE holds (
    github_user_id TEXT PRIMARY KEY NOT NULL,
    until          INTEGER,                       -- NULL: until it is lifted
    reason         TEXT NOT NULL,
    actor          TEXT NOT NULL,
    set_at         INTEGER NOT NULL
) STRICT;
INSERT INTO holds VALUES('5002',NULL,'the course is over','cli:root',1795739796);
CREATE TABLE audit_log (
    sequence INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    actor    TEXT NOT NULL,
    action   TEXT NOT NULL,
    subject  TEXT NOT NULL,
    origin   TEXT NOT NULL,
    outcome  TEXT NOT NULL,
    detail   TEXT NOT NULL,
    hash     TEXT NOT NULL
) STRICT;
INSERT INTO audit_log VALUES(1,1795739796,'cli:root','key.revoke','account:5002 grant:c0ce9308-121b-4756-b161-d2e8fe2af3ae','cli','begun','the course is over','c8ade9e233a67955aafaa234449b1d6c9f5b15b09333756c7391553f5c68e755');
INSERT INTO audit_log VALUES(2,1795739797,'cli:root','key.revoke','account:5002 grant:c0ce9308-121b-4756-b161-d2e8fe2af3ae','cli','done','the course is over','c6c7fdd5b7120e069b8a44b484eef33d72cb6e2eb67dccae12891c50eba3c79d');
CREATE TABLE audit_head (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    sequence INTEGER NOT NULL,
    hash     TEXT NOT NULL
) STRICT;
INSERT INTO audit_head VALUES(1,2,'c6c7fdd5b7120e069b8a44b484eef33d72cb6e2eb67dccae12891c50eba3c79d');
CREATE INDEX api_keys_unsettled ON api_keys (id) WHERE status IN ('pending', 'ambiguous');
CREATE INDEX api_keys_revoking ON api_keys (id) WHERE status = 'revoking';
CREATE INDEX api_keys_delete_hash ON api_keys (openrouter_delete_hash) WHERE openrouter_delete_hash IS NOT NULL;
CREATE INDEX api_keys_nonce ON api_keys (nonce);
CREATE INDEX api_keys_newest ON api_keys (created_at, id);
CREATE INDEX api_keys_hint ON api_keys (key_hint) WHERE key_hint IS NOT NULL;
CREATE TRIGGER api_keys_counted AFTER INSERT ON api_keys BEGIN
    UPDATE totals SET live = live + 1;
    INSERT INTO login_search (rowid, github_username) VALUES (new.number, new.github_username);
END;
CREATE TRIGGER api_keys_uncounted AFTER DELETE ON api_keys BEGIN
    UPDATE totals SET live = live - 1;
    INSERT INTO login_search (login_search, rowid, github_username) VALUES ('delete', old.number, old.github_username);
END;
CREATE TRIGGER api_keys_renamed AFTER UPDATE OF github_username ON api_keys BEGIN
    INSERT INTO login_search (login_search, rowid, github_username) VALUES ('delete', old.number, old.github_username);
    INSERT INTO login_search (rowid, github_username) VALUES (new.number, new.github_username);
END;
CREATE INDEX ledger_account ON ledger (github_user_id, begun_at);
PRAGMA writable_schema=OFF;
COMMIT;
