PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE schema_migrations ( version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT;
INSERT INTO schema_migrations VALUES(1,'grants',1795739795);
INSERT INTO schema_migrations VALUES(2,'revocations',1795739795);
INSERT INTO schema_migrations VALUES(3,'operations',1795739795);
INSERT INTO schema_migrations VALUES(4,'lifecycle',1795739795);
INSERT INTO schema_migrations VALUES(5,'safety',1795846079);
INSERT INTO schema_migrations VALUES(6,'bulk_targets',1795859628);
INSERT INTO schema_migrations VALUES(7,'webhook_events',1795892292);
INSERT INTO schema_migrations VALUES(8,'settings',1795896000);
INSERT INTO schema_migrations VALUES(9,'people',1795897000);
INSERT INTO schema_migrations VALUES(10,'bulk_changes',1795898000);
CREATE TABLE totals (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    live     INTEGER NOT NULL CHECK (live >= 0)
) STRICT;
INSERT INTO totals VALUES(1,9);
PRAGMA writable_schema=ON;
INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table','login_search','login_search',0,'CREATE VIRTUAL TABLE login_search USING fts5 (github_username, content = ''api_keys'', content_rowid = ''number'', tokenize = ''trigram'')');
CREATE TABLE IF NOT EXISTS 'login_search_data'(id INTEGER PRIMARY KEY, block BLOB);
INSERT INTO login_search_data VALUES(1,X'0952');
INSERT INTO login_search_data VALUES(10,X'000000000109090009010101020101030101040101050101060101070101080101090101');
INSERT INTO login_search_data VALUES(137438953473,X'0000004304302d6f6e0102080103646572010205010365722d0102060103686f6c01020201036c646501020401036f6c6401020302026e650102090103722d6f0102070408080808080807');
INSERT INTO login_search_data VALUES(274877906945,X'0000004404302d74770202080103646572020205010365722d0202060103686f6c02020201036c646502020401036f6c640202030103722d74020207010374776f0202090408080808080808');
INSERT INTO login_search_data VALUES(412316860417,X'0000004c04302d7065030205010364696e0302090103656e640302070103696e6703020a01036e646903020801036f772d030203010370656e0302060103726f770302020103772d70030204040808080808080808');
INSERT INTO login_search_data VALUES(549755813889,X'0000005b04302d616d0402050103616d620402060103626967040208010367756f04020a010369677504020901036d626904020701036f757304020c0202772d0402030103726f770402020103756f7504020b0103772d610402040408080808080808070808');
INSERT INTO login_search_data VALUES(687194767361,X'0000005204302d7265050205010365766f0502070103696e6705020b01036b696e05020a01036f6b690502090202772d050203010372657605020602026f770502020103766f6b0502080103772d7205020404080808080807080708');
INSERT INTO login_search_data VALUES(824633720833,X'0000004404302d616306020501036163740602060103637469060207010369766506020901036f772d0602030103726f7706020201037469760602080103772d610602040408080808080808');
INSERT INTO login_search_data VALUES(962072674305,X'0000004a04302d776107020501036169740702070103696e6707020a0202746907020801036f772d0702030103726f77070202010374696e0702090103772d7707020402026169070206040808080708080808');
INSERT INTO login_search_data VALUES(1099511627777,X'0000005b04302d7265080205010361636908020a010363696e08020b010365706c0802070103696e6708020c01036c616308020901036f772d0802030103706c61080208010372657008020602026f770802020103772d720802040408080808080808080807');
INSERT INTO login_search_data VALUES(1236950581249,X'0000004404302d616309020501036163740902060103637469090207010369766509020901036f772d0902030103726f7709020201037469760902080103772d610902040408080808080808');
CREATE TABLE IF NOT EXISTS 'login_search_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;
INSERT INTO login_search_idx VALUES(1,X'',2);
INSERT INTO login_search_idx VALUES(2,X'',2);
INSERT INTO login_search_idx VALUES(3,X'',2);
INSERT INTO login_search_idx VALUES(4,X'',2);
INSERT INTO login_search_idx VALUES(5,X'',2);
INSERT INTO login_search_idx VALUES(6,X'',2);
INSERT INTO login_search_idx VALUES(7,X'',2);
INSERT INTO login_search_idx VALUES(8,X'',2);
INSERT INTO login_search_idx VALUES(9,X'',2);
CREATE TABLE IF NOT EXISTS 'login_search_docsize'(id INTEGER PRIMARY KEY, sz BLOB);
INSERT INTO login_search_docsize VALUES(1,X'08');
INSERT INTO login_search_docsize VALUES(2,X'08');
INSERT INTO login_search_docsize VALUES(3,X'09');
INSERT INTO login_search_docsize VALUES(4,X'0b');
INSERT INTO login_search_docsize VALUES(5,X'0a');
INSERT INTO login_search_docsize VALUES(6,X'08');
INSERT INTO login_search_docsize VALUES(7,X'09');
INSERT INTO login_search_docsize VALUES(8,X'0b');
INSERT INTO login_search_docsize VALUES(9,X'08');
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
, bulk_id TEXT, revoke_attempts INTEGER NOT NULL DEFAULT 0, revoke_problem TEXT NOT NULL DEFAULT '', next_revoke_at INTEGER) STRICT;
INSERT INTO ledger VALUES('c0ce9308-121b-4756-b161-d2e8fe2af3ae','5002','ended-one','f277ef43c60a07d1c550c387d976c0c3cfed892a0c6e26b411777b2cbb1fe38e','5d87',10000000,1795739795,1803515795,'cli:root','the course is over',1795739796,1795739797,NULL,0,'',NULL);
INSERT INTO ledger VALUES('00000000-0000-4000-8000-000000000003','9003','row-revoking','handle-that-is-being-revoked','ab12',10000000,1795739798,1803515795,'github:1003','leaked',1795739845,NULL,'bulk-1',3,'HTTP 403: not yours',1795743000);
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
CREATE TABLE bulk_revocations (
    id         TEXT    PRIMARY KEY NOT NULL,
    actor      TEXT    NOT NULL,
    origin     TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    is_held    INTEGER NOT NULL CHECK (is_held IN (0, 1)),
    hold_until INTEGER,
    selection  TEXT    NOT NULL,                              -- which keys, as a query string
    cutoff     INTEGER  NOT NULL,                              -- keys made later are not meant
    state      TEXT    NOT NULL CHECK (state IN ('selecting', 'revoking', 'done')),
    total      INTEGER  NOT NULL,
    created_at INTEGER  NOT NULL,
    ended_at   INTEGER,
    problem    TEXT    NOT NULL
, stopped_at INTEGER, stopped_by TEXT NOT NULL DEFAULT '', begins_at INTEGER, request TEXT) STRICT;
INSERT INTO bulk_revocations VALUES('bulk-1','github:1003','127.0.0.1','leaked',0,NULL,'q=row-',1795739835,'revoking',1,1795739835,NULL,'',1795739790,'github:1003',NULL,NULL);
INSERT INTO bulk_revocations VALUES('bulk-2','github:1003','127.0.0.1','over',0,NULL,'q=row-',253402300799,'done',0,1795739835,1795739900,'',1795739838,'github:1003',1795739840,'the-request');
CREATE TABLE leases (
    name   TEXT   PRIMARY KEY NOT NULL,
    holder TEXT   NOT NULL,
    until  INTEGER NOT NULL
) STRICT;
CREATE TABLE facts (
    name     TEXT   PRIMARY KEY NOT NULL,
    value    TEXT   NOT NULL,
    noted_at INTEGER NOT NULL
) STRICT;
INSERT INTO facts VALUES('credits_total','100000000',1795739795);
CREATE TABLE days (
    day             TEXT   PRIMARY KEY NOT NULL,                       -- "2027-02-22", UTC
    issued          INTEGER NOT NULL DEFAULT 0,
    ended           INTEGER NOT NULL DEFAULT 0,
    spent_micro_usd INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO days VALUES('2026-11-26',3,1,2500000);
CREATE TABLE failures (
    what     TEXT   PRIMARY KEY NOT NULL,
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    times    INTEGER NOT NULL
) STRICT;
INSERT INTO failures VALUES('reading spending: no answer',1795739795,1795739800,2);
CREATE TABLE api_tokens (
    id             TEXT   PRIMARY KEY NOT NULL,
    hash           TEXT   NOT NULL UNIQUE,
    hint           TEXT   NOT NULL,
    name           TEXT   NOT NULL,
    github_user_id TEXT   NOT NULL,
    scopes         TEXT   NOT NULL,
    created_at     INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL,
    revoked_at     INTEGER,
    used_at        INTEGER
) STRICT;
INSERT INTO api_tokens VALUES('token-1','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','zzzz','course list','1003','read',1795739795,1803515795,NULL,NULL);
CREATE TABLE stored_answers (
    actor       TEXT   NOT NULL,
    request_key TEXT   NOT NULL,
    fingerprint TEXT   NOT NULL,
    attempt     TEXT   NOT NULL,
    status      INTEGER NOT NULL,
    body        TEXT   NOT NULL,
    begun_at    INTEGER NOT NULL,
    PRIMARY KEY (actor, request_key)
) STRICT;
INSERT INTO stored_answers VALUES('github:1003','once','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','attempt-1',200,'v1.26275656.sealed-answer',1795739795);
CREATE TABLE webhook_endpoints (
    id            TEXT    PRIMARY KEY NOT NULL,
    url           TEXT    NOT NULL,
    sealed_secret TEXT    NOT NULL,
    events        TEXT    NOT NULL,                           -- separated by commas; empty: all
    is_enabled    INTEGER NOT NULL CHECK (is_enabled IN (0, 1)),
    created_at    INTEGER  NOT NULL
, sealed_former_secret TEXT NOT NULL DEFAULT '', former_until INTEGER, failures INTEGER NOT NULL DEFAULT 0, failing_since INTEGER, next_at INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO webhook_endpoints VALUES('endpoint-1','https://hooks.example.org/','v1.26275656.sealed-secret','key.issued',0,1795739795,'',1795826195,2,1795739700,1795739800);
CREATE TABLE webhook_events (
    id              TEXT   PRIMARY KEY NOT NULL,
    event_key       TEXT   NOT NULL UNIQUE,
    type            TEXT   NOT NULL,
    grant_id        TEXT   NOT NULL,
    github_user_id  TEXT   NOT NULL,
    github_username TEXT   NOT NULL,
    detail          TEXT   NOT NULL,
    at              INTEGER NOT NULL,
    dispatched_at   INTEGER
) STRICT;
INSERT INTO webhook_events VALUES('event-1','key.issued:1','key.issued','f22835a5-7a85-4f64-8933-29bac8fd5300','5000','holder-one','',1795739795,1795739796);
CREATE TABLE webhook_deliveries (
    id          TEXT   PRIMARY KEY NOT NULL,
    event_id    TEXT   NOT NULL,
    endpoint_id TEXT   NOT NULL,
    state       TEXT   NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead')),
    attempts    INTEGER NOT NULL,
    next_at     INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    problem     TEXT   NOT NULL, waiting_since INTEGER NOT NULL DEFAULT 0,
    UNIQUE (event_id, endpoint_id)
) STRICT;
INSERT INTO webhook_deliveries VALUES('delivery-1','event-1','endpoint-1','dead',9,1795739795,1795739797,'answered 500',1795739797);
CREATE TABLE api_keys (
    number                 INTEGER PRIMARY KEY,         -- stays the same when the file is copied: the search refers to it
    id                     TEXT NOT NULL UNIQUE,
    github_user_id         TEXT NOT NULL UNIQUE,
    github_username        TEXT NOT NULL,
    status                 TEXT NOT NULL CHECK (status IN ('waiting', 'pending', 'ambiguous', 'active', 'revoking', 'replacing')),
    nonce                  TEXT NOT NULL,
    openrouter_delete_hash TEXT,
    openrouter_key         TEXT,
    key_hint               TEXT,
    daily_limit_micro_usd  INTEGER NOT NULL,
    created_at             INTEGER NOT NULL,
    attempted_at           INTEGER NOT NULL,
    expires_at             INTEGER NOT NULL,
    is_disabled            INTEGER NOT NULL DEFAULT 0 CHECK (is_disabled IN (0, 1)),
    unsynced               TEXT,                        -- latest change that upstream may not have yet; NULL: none
    spent_micro_usd        INTEGER NOT NULL DEFAULT 0,  -- since the key was made, as upstream last said
    spent_as_of            INTEGER,                     -- NULL: upstream has not been asked yet
    revealed_at            INTEGER,                     -- when an organizer last looked at the raw key
    reveal_reason          TEXT,
    queued_at              INTEGER,                     -- since when it waits for its turn, in millionths of a second; NULL: it never did
    next_attempt_at        INTEGER,                     -- of a waiting row: not before
    attempts               INTEGER NOT NULL DEFAULT 0,  -- that have failed since it waits
    problem                TEXT NOT NULL DEFAULT '',    -- of the latest of them
    keeps_place            INTEGER NOT NULL DEFAULT 0 CHECK (keeps_place IN (0, 1)), -- the account had a key here before
    carried_micro_usd      INTEGER NOT NULL DEFAULT 0,  -- spent by the account's earlier keys on the day of the attempt
    carried_until          INTEGER,                     -- until when that lowers the cap; NULL: it does not
    missing_since          INTEGER, last_used_at INTEGER NOT NULL DEFAULT 0,                     -- since when upstream does not know the key; NULL: it does
    CHECK (status <> 'active' OR (openrouter_delete_hash IS NOT NULL AND openrouter_key IS NOT NULL AND key_hint IS NOT NULL)),
    CHECK (status = 'active' OR openrouter_key IS NULL)
) STRICT;
INSERT INTO api_keys VALUES(1,'f22835a5-7a85-4f64-8933-29bac8fd5300','5000','holder-one','active','8t8LYW1x8GAz3vVdq8uWuQ','9d4916438959dcbd75f50df9f1c8b7e81d4a087a82aa53123b091b3aac7b75f5','v1.26275656.VF9oWhiBCBK74ktoFHGGQkYXMzYW-TCpNOFHnVPzOcnek8BYyhD0ADIG6WPxle-X7Y6Q3aYKwdvVunsgyhKdFviRYuTBqUyntZbX3dEtmzEmhmwNhUymnCkqDNS_a9aLCrG4ZSX3coj0xL_Km2_d468','aa71',10000000,1795739795,1795739795,1803515795,0,NULL,0,NULL,NULL,NULL,NULL,NULL,0,'',0,0,NULL,NULL,1795739000);
INSERT INTO api_keys VALUES(2,'a0e7c7b5-0c55-4e37-a50c-ec61c31371b5','5001','holder-two','active','vnSJurQ5tqXBwBs5tFaB9w','719e56d72bd26bd7a70aceded545727dd762f4d6b800ea306f312106b595ff4a','v1.26275656.R83poRq6mjZyxcyScvSE5HsuX6JBkSGPajSeSJc3aujOYYg4QQfaj-BxzJFYr2Tmhg33wcp2jYHP1hRBBwT9jw7GWmtxqAenqPP5uesZT_uO-CxaCMOoe-9rL5JxdXclhh4Jb1yUwS4dHbqsodOfTMo','cd75',10000000,1795739795,1795739795,1803515795,0,NULL,0,NULL,NULL,NULL,NULL,NULL,0,'',0,0,NULL,NULL,1795739000);
INSERT INTO api_keys VALUES(3,'00000000-0000-4000-8000-000000000001','9001','row-pending','pending','nonce-of-row-1-aaaaaa',NULL,NULL,NULL,10000000,1795739796,1795739796,1803515795,0,NULL,0,NULL,NULL,NULL,NULL,NULL,0,'',0,0,NULL,NULL,0);
INSERT INTO api_keys VALUES(4,'00000000-0000-4000-8000-000000000002','9002','row-ambiguous','ambiguous','nonce-of-row-2-aaaaaa','handle-of-an-attempt-in-doubt',NULL,NULL,10000000,1795739797,1795739797,1803515795,0,NULL,0,NULL,NULL,NULL,NULL,NULL,0,'',0,0,NULL,NULL,0);
INSERT INTO api_keys VALUES(5,'00000000-0000-4000-8000-000000000003','9003','row-revoking','revoking','nonce-of-row-3-aaaaaa','handle-that-is-being-revoked',NULL,'ab12',10000000,1795739798,1795739798,1803515795,0,NULL,0,NULL,NULL,NULL,NULL,NULL,0,'',0,0,NULL,NULL,0);
INSERT INTO api_keys VALUES(6,'00000000-0000-4000-8000-000000000004','9004','row-active','active','nonce-of-row-4-aaaaaa','handle-switched-off','v1.26275656.unreadable-on-purpose','cd34',10000000,1795739799,1795739799,1803515795,1,'token-1',2500000,1795739855,1795739856,'its owner asked',NULL,NULL,0,'',0,0,NULL,NULL,1795739000);
INSERT INTO api_keys VALUES(7,'00000000-0000-4000-8000-000000000005','9005','row-waiting','waiting','nonce-of-row-5-aaaaaa',NULL,NULL,NULL,10000000,1795739800,1795739800,1803515795,0,NULL,0,NULL,NULL,NULL,1795739800000000,1795739894,2,'upstream_down',1,0,NULL,NULL,0);
INSERT INTO api_keys VALUES(8,'00000000-0000-4000-8000-000000000006','9006','row-replacing','replacing','nonce-of-row-6-aaaaaa','handle-that-is-being-replaced',NULL,'ef56',10000000,1795739801,1795739801,1803515795,0,NULL,0,NULL,NULL,NULL,NULL,NULL,0,'',0,0,NULL,NULL,0);
INSERT INTO api_keys VALUES(9,'00000000-0000-4000-8000-000000000007','9007','row-active','active','nonce-of-row-7-aaaaaa','handle-gone-upstream','v1.26275656.unreadable-on-purpose','ab78',10000000,1795739802,1795739802,1803515795,0,NULL,0,NULL,NULL,NULL,NULL,NULL,0,'',0,1250000,1795826195,1795739865,1795739000);
CREATE TABLE spending_days (
    github_user_id         TEXT NOT NULL,
    day                    TEXT NOT NULL,               -- "2027-02-22"
    openrouter_delete_hash TEXT NOT NULL,
    spent_micro_usd        INTEGER NOT NULL, usage_micro_usd INTEGER, read_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (github_user_id, day, openrouter_delete_hash)
) STRICT, WITHOUT ROWID;
INSERT INTO spending_days VALUES('9007','2026-11-26','handle-gone-upstream',1250000,2000000,1795739700);
CREATE TABLE mint_notes (
    github_user_id TEXT PRIMARY KEY NOT NULL,
    problem        TEXT NOT NULL,
    noted_at       INTEGER NOT NULL
) STRICT;
INSERT INTO mint_notes VALUES('9010','upstream_down',1795739795);
CREATE TABLE sealing_canary (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    sealed TEXT NOT NULL
) STRICT;
INSERT INTO sealing_canary VALUES(1,'v1.26275656.V5n_UywMEwFU_XUlbIgqdFOOqPNPi_4W8xjhzxLbzFuzQb9tLRh_yWvYfI9e0xnbVg');
CREATE TABLE given_up_attempts (
    nonce       TEXT PRIMARY KEY NOT NULL,
    given_up_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO given_up_attempts VALUES('nonce-of-row-5-aaaaaa',1795846079);
CREATE TABLE unremembered_ends (
    openrouter_delete_hash TEXT PRIMARY KEY NOT NULL,
    ended_at               INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO unremembered_ends VALUES('hash-of-another-life',1795739700);
CREATE TABLE bulk_targets (
    bulk_id   TEXT    NOT NULL,
    grant_id  TEXT    NOT NULL,
    listed_at INTEGER NOT NULL,
    PRIMARY KEY (bulk_id, grant_id)
) STRICT, WITHOUT ROWID;
INSERT INTO bulk_targets VALUES('bulk-2','11111111-2222-4333-8444-555555555555',1795739835);
CREATE TABLE settings (
    name         TEXT PRIMARY KEY NOT NULL,          -- src/settings/settings.hpp lists them
    number       INTEGER CHECK (number >= 0),        -- a count, days, millionths of a US dollar, or 1 for yes
    words        TEXT,                               -- of a setting that is a text
    set_at       INTEGER NOT NULL,
    set_by       TEXT NOT NULL,                      -- actor, as in the audit log
    set_by_login TEXT NOT NULL,                      -- '' where it is not known
    CHECK (number IS NULL OR words IS NULL)
) STRICT, WITHOUT ROWID;
INSERT INTO settings VALUES('daily_limit_usd',10000000,NULL,1795896100,'github:1003','grace-organizer');
INSERT INTO settings VALUES('event_name',NULL,NULL,1795896200,'cli:root','');
INSERT INTO settings VALUES('organizer_name',NULL,'The course',1795896100,'github:1003','grace-organizer');
INSERT INTO settings VALUES('seats',500,NULL,1795896100,'github:1003 token:token-1','');
CREATE TABLE settings_version (
    only_row INTEGER PRIMARY KEY NOT NULL CHECK (only_row = 1),
    version  INTEGER NOT NULL
) STRICT;
INSERT INTO settings_version VALUES(1,5);
CREATE TABLE expected_people (
    id             TEXT PRIMARY KEY NOT NULL,
    github_user_id TEXT,
    login          TEXT NOT NULL,
    login_key      TEXT NOT NULL,                 -- the login in lower case
    name           TEXT NOT NULL,                 -- as the organizer wrote it; '': none
    added_at       INTEGER NOT NULL,
    added_by       TEXT NOT NULL,
    problem        TEXT NOT NULL DEFAULT '',      -- why the login is not resolved
    next_lookup_at INTEGER                        -- when GitHub is asked again; NULL: never
) STRICT;
INSERT INTO expected_people VALUES('00000000-0000-4000-8000-000000000901','9001','Listed-One','listed-one','Listed One',1795897000,'github:1003','',NULL);
INSERT INTO expected_people VALUES('00000000-0000-4000-8000-000000000902',NULL,'listed-two','listed-two','',1795897000,'github:1003','GitHub did not answer',4102444800);
INSERT INTO expected_people VALUES('00000000-0000-4000-8000-000000000903',NULL,'listed-nobody','listed-nobody','',1795897000,'github:1003','GitHub knows no such login',NULL);
CREATE TABLE spending_totals (
    github_user_id  TEXT PRIMARY KEY NOT NULL,
    spent_micro_usd INTEGER NOT NULL
) STRICT;
INSERT INTO spending_totals VALUES('9007',1250000);
CREATE TABLE bulk_changes (
    id            TEXT    PRIMARY KEY NOT NULL,
    act           TEXT    NOT NULL CHECK (act IN ('disable', 'enable', 'cap', 'replace')),
    cap_micro_usd INTEGER,                       -- of act 'cap'
    actor         TEXT    NOT NULL,
    origin        TEXT    NOT NULL,
    reason        TEXT    NOT NULL,
    selection     TEXT    NOT NULL,              -- which keys, as a query string
    state         TEXT    NOT NULL CHECK (state IN ('working', 'done')),
    total         INTEGER NOT NULL,
    done          INTEGER NOT NULL DEFAULT 0,    -- these three: counted when it was done
    skipped       INTEGER NOT NULL DEFAULT 0,
    failed        INTEGER NOT NULL DEFAULT 0,
    decided_after INTEGER NOT NULL,              -- latest entry of the audit log at the decision
    created_at    INTEGER NOT NULL,
    begins_at     INTEGER NOT NULL,              -- nothing is done before, and it can be stopped
    ended_at      INTEGER,
    stopped_at    INTEGER,
    stopped_by    TEXT    NOT NULL DEFAULT '',
    problem       TEXT    NOT NULL DEFAULT ''
) STRICT;
INSERT INTO bulk_changes VALUES('change-1','cap',5000000,'github:1003','127.0.0.1','over','q=row-','working',2,0,0,0,3,1795898000,1795898005,NULL,NULL,'','OpenRouter does not answer');
INSERT INTO bulk_changes VALUES('change-2','replace',NULL,'github:1003','127.0.0.1','leaked','all=true','done',2,0,1,1,5,1795898000,1795898005,1795898400,NULL,'','');
INSERT INTO bulk_changes VALUES('change-3','disable',NULL,'github:1003','127.0.0.1','by mistake','q=row-','done',0,0,0,0,6,1795898000,1795898005,1795898400,1795898002,'github:1003','');
INSERT INTO bulk_changes VALUES('change-4','enable',NULL,'cli:root','cli','over','q=row-','done',1,1,0,0,7,1795898000,1795898005,1795898400,NULL,'','');
CREATE TABLE bulk_change_targets (
    bulk_id         TEXT    NOT NULL,
    grant_id        TEXT    NOT NULL,
    github_user_id  TEXT    NOT NULL,
    github_username TEXT    NOT NULL,
    state           TEXT    NOT NULL CHECK (state IN ('waiting', 'done', 'skipped', 'failed')),
    why             TEXT    NOT NULL DEFAULT '',
    tries           INTEGER NOT NULL DEFAULT 0,  -- that have failed
    begun_at        INTEGER,                     -- of the first try; NULL: none yet
    next_at         INTEGER NOT NULL DEFAULT 0,  -- not before
    listed_at       INTEGER NOT NULL,
    PRIMARY KEY (bulk_id, grant_id)
) STRICT, WITHOUT ROWID;
INSERT INTO bulk_change_targets VALUES('change-1','11111111-2222-4333-8444-555555555555','9001','row-1','waiting','',0,NULL,0,1795898000);
INSERT INTO bulk_change_targets VALUES('change-1','11111111-2222-4333-8444-555555555556','9002','row-2','waiting','OpenRouter answers 502',2,1795898006,1795898016,1795898000);
INSERT INTO bulk_change_targets VALUES('change-2','11111111-2222-4333-8444-555555555555','9001','row-1','skipped','it is disabled',0,1795898006,1795898054,1795898000);
INSERT INTO bulk_change_targets VALUES('change-2','11111111-2222-4333-8444-555555555556','9002','row-2','failed','OpenRouter answers 502',6,1795898006,1795898054,1795898000);
INSERT INTO bulk_change_targets VALUES('change-4','11111111-2222-4333-8444-555555555555','9001','row-1','done','',0,1795898006,1795898054,1795898000);
CREATE INDEX ledger_account ON ledger (github_user_id, begun_at);
CREATE INDEX ledger_bulk ON ledger (bulk_id) WHERE bulk_id IS NOT NULL;
CREATE INDEX ledger_bulk_open ON ledger (bulk_id) WHERE bulk_id IS NOT NULL AND ended_at IS NULL;
CREATE INDEX ledger_created ON ledger (created_at);
CREATE INDEX ledger_begun ON ledger (begun_at);
CREATE INDEX bulk_revocations_open ON bulk_revocations (created_at) WHERE state <> 'done';
CREATE INDEX bulk_revocations_newest ON bulk_revocations (created_at);
CREATE INDEX failures_latest ON failures (last_at);
CREATE INDEX api_tokens_owner ON api_tokens (github_user_id, created_at);
CREATE INDEX stored_answers_oldest ON stored_answers (begun_at);
CREATE INDEX webhook_events_waiting ON webhook_events (at, id) WHERE dispatched_at IS NULL;
CREATE INDEX webhook_events_oldest ON webhook_events (at);
CREATE INDEX webhook_deliveries_latest ON webhook_deliveries (updated_at, id);
CREATE INDEX api_keys_unsettled ON api_keys (id) WHERE status IN ('pending', 'ambiguous');
CREATE INDEX api_keys_revoking ON api_keys (id) WHERE status = 'revoking';
CREATE INDEX api_keys_delete_hash ON api_keys (openrouter_delete_hash) WHERE openrouter_delete_hash IS NOT NULL;
CREATE INDEX api_keys_nonce ON api_keys (nonce);
CREATE INDEX api_keys_newest ON api_keys (created_at, id);
CREATE INDEX api_keys_hint ON api_keys (key_hint) WHERE key_hint IS NOT NULL;
CREATE INDEX api_keys_expiry ON api_keys (expires_at, id);
CREATE INDEX api_keys_spent ON api_keys (spent_micro_usd, id);
CREATE INDEX api_keys_unused ON api_keys (created_at, id) WHERE spent_micro_usd <= 0;
CREATE INDEX api_keys_disabled ON api_keys (created_at, id) WHERE is_disabled = 1;
CREATE INDEX api_keys_unsynced ON api_keys (id) WHERE unsynced IS NOT NULL;
CREATE INDEX api_keys_waiting ON api_keys (queued_at, id) WHERE status = 'waiting';
CREATE INDEX api_keys_replacing ON api_keys (id) WHERE status = 'replacing';
CREATE INDEX api_keys_carried ON api_keys (carried_until) WHERE carried_until IS NOT NULL;
CREATE INDEX api_keys_missing ON api_keys (id) WHERE missing_since IS NOT NULL;
CREATE INDEX ledger_delete_hash ON ledger (openrouter_delete_hash) WHERE openrouter_delete_hash IS NOT NULL;
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
CREATE INDEX spending_days_oldest ON spending_days (day);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, next_at) WHERE state = 'waiting';
CREATE INDEX ledger_stuck ON ledger (begun_at) WHERE ended_at IS NULL AND revoke_attempts > 0;
CREATE INDEX audit_log_subject ON audit_log (subject COLLATE NOCASE, sequence);
CREATE INDEX api_keys_last_used ON api_keys (last_used_at, id);
CREATE INDEX given_up_attempts_oldest ON given_up_attempts (given_up_at);
CREATE TRIGGER attempt_given_up AFTER UPDATE OF status ON api_keys
WHEN new.status = 'waiting' AND old.status <> 'waiting' BEGIN
    INSERT INTO given_up_attempts (nonce, given_up_at) VALUES (old.nonce, unixepoch())
    ON CONFLICT (nonce) DO UPDATE SET given_up_at = excluded.given_up_at;
END;
CREATE TRIGGER attempt_settled_before_its_end AFTER UPDATE OF nonce ON api_keys
WHEN new.nonce = '' AND old.nonce <> '' BEGIN
    INSERT INTO given_up_attempts (nonce, given_up_at) VALUES (old.nonce, unixepoch())
    ON CONFLICT (nonce) DO UPDATE SET given_up_at = excluded.given_up_at;
END;
CREATE TRIGGER attempt_given_up_with_its_row AFTER DELETE ON api_keys WHEN old.nonce <> '' BEGIN
    INSERT INTO given_up_attempts (nonce, given_up_at) VALUES (old.nonce, unixepoch())
    ON CONFLICT (nonce) DO UPDATE SET given_up_at = excluded.given_up_at;
END;
CREATE INDEX api_keys_ending_attempts ON api_keys (id) WHERE status = 'revoking' AND openrouter_delete_hash IS NULL AND nonce <> '';
CREATE UNIQUE INDEX bulk_revocations_request ON bulk_revocations (request);
CREATE TRIGGER settings_added AFTER INSERT ON settings BEGIN
    UPDATE settings_version SET version = version + 1;
END;
CREATE TRIGGER settings_changed AFTER UPDATE ON settings BEGIN
    UPDATE settings_version SET version = version + 1;
END;
CREATE UNIQUE INDEX expected_people_account ON expected_people (github_user_id)
    WHERE github_user_id IS NOT NULL;
CREATE UNIQUE INDEX expected_people_unresolved ON expected_people (login_key)
    WHERE github_user_id IS NULL;
CREATE INDEX expected_people_login ON expected_people (login_key);
CREATE INDEX expected_people_lookup ON expected_people (next_lookup_at)
    WHERE next_lookup_at IS NOT NULL;
CREATE INDEX spending_totals_most ON spending_totals (spent_micro_usd, github_user_id);
CREATE TRIGGER spending_added AFTER INSERT ON spending_days BEGIN
    INSERT INTO spending_totals (github_user_id, spent_micro_usd) VALUES (new.github_user_id, new.spent_micro_usd)
    ON CONFLICT (github_user_id) DO UPDATE SET spent_micro_usd = spent_micro_usd + excluded.spent_micro_usd;
END;
CREATE TRIGGER spending_changed AFTER UPDATE OF spent_micro_usd ON spending_days BEGIN
    UPDATE spending_totals SET spent_micro_usd = spent_micro_usd + new.spent_micro_usd - old.spent_micro_usd
    WHERE github_user_id = new.github_user_id;
END;
CREATE INDEX api_keys_logins ON api_keys (lower(github_username), github_user_id);
CREATE INDEX ledger_logins ON ledger (lower(github_username), github_user_id);
CREATE INDEX bulk_changes_open ON bulk_changes (created_at) WHERE state = 'working';
CREATE INDEX bulk_changes_newest ON bulk_changes (created_at);
CREATE INDEX bulk_change_targets_waiting ON bulk_change_targets (bulk_id, next_at) WHERE state = 'waiting';
CREATE INDEX bulk_change_targets_left ON bulk_change_targets (bulk_id, state) WHERE state IN ('skipped', 'failed');
CREATE INDEX bulk_change_targets_grant ON bulk_change_targets (grant_id);
PRAGMA writable_schema=OFF;
COMMIT;
