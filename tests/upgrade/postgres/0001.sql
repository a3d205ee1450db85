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
    CONSTRAINT api_keys_status_is_known CHECK ((status = ANY (ARRAY['pending'::text, 'ambiguous'::text, 'active'::text])))
);
CREATE TABLE llmapikey.applied_migrations (
    version integer NOT NULL,
    name text NOT NULL,
    applied_at timestamp with time zone NOT NULL
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
INSERT INTO llmapikey.applied_migrations (version, name, applied_at) VALUES (0, 'lock', '2026-11-27 00:36:35+00');
INSERT INTO llmapikey.applied_migrations (version, name, applied_at) VALUES (1, 'grants', '2026-11-27 00:36:35+00');
INSERT INTO llmapikey.totals (only_row, live) VALUES (1, 4);
ALTER TABLE ONLY llmapikey.api_keys
    ADD CONSTRAINT api_keys_github_user_id_key UNIQUE (github_user_id);
ALTER TABLE ONLY llmapikey.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);
ALTER TABLE ONLY llmapikey.applied_migrations
    ADD CONSTRAINT applied_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY llmapikey.rate_limits
    ADD CONSTRAINT rate_limits_pkey PRIMARY KEY (client);
ALTER TABLE ONLY llmapikey.totals
    ADD CONSTRAINT totals_pkey PRIMARY KEY (only_row);
CREATE INDEX api_keys_delete_hash ON llmapikey.api_keys USING btree (openrouter_delete_hash) WHERE (openrouter_delete_hash IS NOT NULL);
CREATE INDEX api_keys_nonce ON llmapikey.api_keys USING btree (nonce) WHERE (nonce <> ''::text);
CREATE INDEX api_keys_unsettled ON llmapikey.api_keys USING btree (id) WHERE (status <> 'active'::text);
ALTER TABLE llmapikey.api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.applied_migrations ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.rate_limits ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.totals ENABLE ROW LEVEL SECURITY;
