SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE SCHEMA llmapikey;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE llmapikey.api_keys (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    github_user_id text NOT NULL,
    github_username text NOT NULL,
    openrouter_delete_hash text,
    openrouter_key text,
    key_hint text,
    status text DEFAULT 'pending'::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    nonce text NOT NULL,
    daily_limit_micro_usd bigint NOT NULL,
    attempted_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT api_keys_active_has_handle CHECK (((status <> 'active'::text) OR (openrouter_delete_hash IS NOT NULL))),
    CONSTRAINT api_keys_key_is_sealed CHECK (((openrouter_key IS NULL) OR (openrouter_key ~~ 'v1.%'::text))),
    CONSTRAINT api_keys_only_active_has_key CHECK (((status = 'active'::text) OR (openrouter_key IS NULL))),
    CONSTRAINT api_keys_status_is_known CHECK ((status = ANY (ARRAY['pending'::text, 'ambiguous'::text, 'active'::text, 'revoking'::text])))
);
CREATE TABLE llmapikey.applied_migrations (
    version integer NOT NULL,
    name text NOT NULL,
    applied_at timestamp with time zone NOT NULL
);
CREATE TABLE llmapikey.audit_head (
    only_row integer NOT NULL,
    sequence bigint NOT NULL,
    hash text NOT NULL,
    CONSTRAINT audit_head_only_row_check CHECK ((only_row = 1))
);
CREATE TABLE llmapikey.audit_log (
    sequence bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    origin text NOT NULL,
    outcome text NOT NULL,
    detail text NOT NULL,
    hash text NOT NULL
);
CREATE TABLE llmapikey.holds (
    github_user_id text NOT NULL,
    until timestamp with time zone,
    reason text NOT NULL,
    actor text NOT NULL,
    set_at timestamp with time zone NOT NULL
);
CREATE TABLE llmapikey.ledger (
    grant_id uuid NOT NULL,
    github_user_id text NOT NULL,
    github_username text NOT NULL,
    openrouter_delete_hash text,
    key_hint text,
    daily_limit_micro_usd bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    actor text NOT NULL,
    reason text NOT NULL,
    begun_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone
);
CREATE UNLOGGED TABLE llmapikey.rate_limits (
    client text NOT NULL,
    tokens double precision NOT NULL,
    filled_at timestamp with time zone NOT NULL,
    is_taken boolean NOT NULL
);
CREATE TABLE llmapikey.totals (
    only_row integer NOT NULL,
    live bigint NOT NULL,
    CONSTRAINT totals_live_check CHECK ((live >= 0)),
    CONSTRAINT totals_only_row_check CHECK ((only_row = 1))
);
INSERT INTO llmapikey.api_keys (id, github_user_id, github_username, openrouter_delete_hash, openrouter_key, key_hint, status, created_at, nonce, daily_limit_micro_usd, attempted_at, expires_at) VALUES ('f22835a5-7a85-4f64-8933-29bac8fd5300', '5000', 'holder-one', '9d4916438959dcbd75f50df9f1c8b7e81d4a087a82aa53123b091b3aac7b75f5', 'v1.26275656.VF9oWhiBCBK74ktoFHGGQkYXMzYW-TCpNOFHnVPzOcnek8BYyhD0ADIG6WPxle-X7Y6Q3aYKwdvVunsgyhKdFviRYuTBqUyntZbX3dEtmzEmhmwNhUymnCkqDNS_a9aLCrG4ZSX3coj0xL_Km2_d468', 'aa71', 'active', '2026-11-27 00:36:35+00', '8t8LYW1x8GAz3vVdq8uWuQ', 10000000, '2026-11-27 00:36:35+00', '2027-02-25 00:36:35+00');
INSERT INTO llmapikey.api_keys (id, github_user_id, github_username, openrouter_delete_hash, openrouter_key, key_hint, status, created_at, nonce, daily_limit_micro_usd, attempted_at, expires_at) VALUES ('a0e7c7b5-0c55-4e37-a50c-ec61c31371b5', '5001', 'holder-two', '719e56d72bd26bd7a70aceded545727dd762f4d6b800ea306f312106b595ff4a', 'v1.26275656.R83poRq6mjZyxcyScvSE5HsuX6JBkSGPajSeSJc3aujOYYg4QQfaj-BxzJFYr2Tmhg33wcp2jYHP1hRBBwT9jw7GWmtxqAenqPP5uesZT_uO-CxaCMOoe-9rL5JxdXclhh4Jb1yUwS4dHbqsodOfTMo', 'cd75', 'active', '2026-11-27 00:36:35+00', 'vnSJurQ5tqXBwBs5tFaB9w', 10000000, '2026-11-27 00:36:35+00', '2027-02-25 00:36:35+00');
INSERT INTO llmapikey.api_keys (id, github_user_id, github_username, openrouter_delete_hash, openrouter_key, key_hint, status, created_at, nonce, daily_limit_micro_usd, attempted_at, expires_at) VALUES ('00000000-0000-4000-8000-000000000001', '9001', 'row-pending', NULL, NULL, NULL, 'pending', '2026-11-27 00:36:36+00', 'nonce-of-row-1-aaaaaa', 10000000, '2026-11-27 00:36:36+00', '2027-02-25 00:36:35+00');
INSERT INTO llmapikey.api_keys (id, github_user_id, github_username, openrouter_delete_hash, openrouter_key, key_hint, status, created_at, nonce, daily_limit_micro_usd, attempted_at, expires_at) VALUES ('00000000-0000-4000-8000-000000000002', '9002', 'row-ambiguous', 'handle-of-an-attempt-in-doubt', NULL, NULL, 'ambiguous', '2026-11-27 00:36:37+00', 'nonce-of-row-2-aaaaaa', 10000000, '2026-11-27 00:36:37+00', '2027-02-25 00:36:35+00');
INSERT INTO llmapikey.api_keys (id, github_user_id, github_username, openrouter_delete_hash, openrouter_key, key_hint, status, created_at, nonce, daily_limit_micro_usd, attempted_at, expires_at) VALUES ('00000000-0000-4000-8000-000000000003', '9003', 'row-revoking', 'handle-that-is-being-revoked', NULL, 'ab12', 'revoking', '2026-11-27 00:36:38+00', 'nonce-of-row-3-aaaaaa', 10000000, '2026-11-27 00:36:38+00', '2027-02-25 00:36:35+00');
INSERT INTO llmapikey.applied_migrations (version, name, applied_at) VALUES (0, 'lock', '2026-11-27 00:36:35+00');
INSERT INTO llmapikey.applied_migrations (version, name, applied_at) VALUES (1, 'grants', '2026-11-27 00:36:35+00');
INSERT INTO llmapikey.applied_migrations (version, name, applied_at) VALUES (2, 'revocations', '2026-11-27 00:36:35+00');
INSERT INTO llmapikey.audit_head (only_row, sequence, hash) VALUES (1, 2, 'c6c7fdd5b7120e069b8a44b484eef33d72cb6e2eb67dccae12891c50eba3c79d');
INSERT INTO llmapikey.audit_log (sequence, at, actor, action, subject, origin, outcome, detail, hash) VALUES (1, '2026-11-27 00:36:36+00', 'cli:root', 'key.revoke', 'account:5002 grant:c0ce9308-121b-4756-b161-d2e8fe2af3ae', 'cli', 'begun', 'the course is over', 'c8ade9e233a67955aafaa234449b1d6c9f5b15b09333756c7391553f5c68e755');
INSERT INTO llmapikey.audit_log (sequence, at, actor, action, subject, origin, outcome, detail, hash) VALUES (2, '2026-11-27 00:36:37+00', 'cli:root', 'key.revoke', 'account:5002 grant:c0ce9308-121b-4756-b161-d2e8fe2af3ae', 'cli', 'done', 'the course is over', 'c6c7fdd5b7120e069b8a44b484eef33d72cb6e2eb67dccae12891c50eba3c79d');
INSERT INTO llmapikey.holds (github_user_id, until, reason, actor, set_at) VALUES ('5002', NULL, 'the course is over', 'cli:root', '2026-11-27 00:36:36+00');
INSERT INTO llmapikey.ledger (grant_id, github_user_id, github_username, openrouter_delete_hash, key_hint, daily_limit_micro_usd, created_at, expires_at, actor, reason, begun_at, ended_at) VALUES ('c0ce9308-121b-4756-b161-d2e8fe2af3ae', '5002', 'ended-one', 'f277ef43c60a07d1c550c387d976c0c3cfed892a0c6e26b411777b2cbb1fe38e', '5d87', 10000000, '2026-11-27 00:36:35+00', '2027-02-25 00:36:35+00', 'cli:root', 'the course is over', '2026-11-27 00:36:36+00', '2026-11-27 00:36:37+00');
INSERT INTO llmapikey.ledger (grant_id, github_user_id, github_username, openrouter_delete_hash, key_hint, daily_limit_micro_usd, created_at, expires_at, actor, reason, begun_at, ended_at) VALUES ('00000000-0000-4000-8000-000000000003', '9003', 'row-revoking', 'handle-that-is-being-revoked', 'ab12', 10000000, '2026-11-27 00:36:38+00', '2027-02-25 00:36:35+00', 'github:1003', 'leaked', '2026-11-27 00:37:25+00', NULL);
INSERT INTO llmapikey.totals (only_row, live) VALUES (1, 5);
ALTER TABLE ONLY llmapikey.api_keys
    ADD CONSTRAINT api_keys_github_user_id_key UNIQUE (github_user_id);
ALTER TABLE ONLY llmapikey.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);
ALTER TABLE ONLY llmapikey.applied_migrations
    ADD CONSTRAINT applied_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY llmapikey.audit_head
    ADD CONSTRAINT audit_head_pkey PRIMARY KEY (only_row);
ALTER TABLE ONLY llmapikey.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (sequence);
ALTER TABLE ONLY llmapikey.holds
    ADD CONSTRAINT holds_pkey PRIMARY KEY (github_user_id);
ALTER TABLE ONLY llmapikey.ledger
    ADD CONSTRAINT ledger_pkey PRIMARY KEY (grant_id);
ALTER TABLE ONLY llmapikey.rate_limits
    ADD CONSTRAINT rate_limits_pkey PRIMARY KEY (client);
ALTER TABLE ONLY llmapikey.totals
    ADD CONSTRAINT totals_pkey PRIMARY KEY (only_row);
CREATE INDEX api_keys_delete_hash ON llmapikey.api_keys USING btree (openrouter_delete_hash) WHERE (openrouter_delete_hash IS NOT NULL);
CREATE INDEX api_keys_hint ON llmapikey.api_keys USING btree (key_hint) WHERE (key_hint IS NOT NULL);
CREATE INDEX api_keys_newest ON llmapikey.api_keys USING btree (created_at, id);
CREATE INDEX api_keys_nonce ON llmapikey.api_keys USING btree (nonce) WHERE (nonce <> ''::text);
CREATE INDEX api_keys_revoking ON llmapikey.api_keys USING btree (id) WHERE (status = 'revoking'::text);
CREATE INDEX api_keys_unsettled ON llmapikey.api_keys USING btree (id) WHERE (status = ANY (ARRAY['pending'::text, 'ambiguous'::text]));
CREATE INDEX ledger_account ON llmapikey.ledger USING btree (github_user_id, begun_at);
ALTER TABLE llmapikey.api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.applied_migrations ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.audit_head ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.audit_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.holds ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.ledger ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.rate_limits ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.totals ENABLE ROW LEVEL SECURITY;
