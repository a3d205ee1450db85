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
    is_disabled integer DEFAULT 0 NOT NULL,
    unsynced text,
    spent_micro_usd bigint DEFAULT 0 NOT NULL,
    spent_as_of bigint,
    revealed_at bigint,
    reveal_reason text,
    queued_at bigint,
    next_attempt_at bigint,
    attempts bigint DEFAULT 0 NOT NULL,
    problem text DEFAULT ''::text NOT NULL,
    keeps_place integer DEFAULT 0 NOT NULL,
    carried_micro_usd bigint DEFAULT 0 NOT NULL,
    carried_until bigint,
    missing_since bigint,
    last_used_at bigint DEFAULT 0 NOT NULL,
    CONSTRAINT api_keys_active_has_handle CHECK (((status <> 'active'::text) OR (openrouter_delete_hash IS NOT NULL))),
    CONSTRAINT api_keys_is_disabled_check CHECK ((is_disabled = ANY (ARRAY[0, 1]))),
    CONSTRAINT api_keys_keeps_place_check CHECK ((keeps_place = ANY (ARRAY[0, 1]))),
    CONSTRAINT api_keys_key_is_sealed CHECK (((openrouter_key IS NULL) OR (openrouter_key ~~ 'v1.%'::text))),
    CONSTRAINT api_keys_only_active_has_key CHECK (((status = 'active'::text) OR (openrouter_key IS NULL))),
    CONSTRAINT api_keys_status_is_known CHECK ((status = ANY (ARRAY['waiting'::text, 'pending'::text, 'ambiguous'::text, 'active'::text, 'revoking'::text, 'replacing'::text])))
);
CREATE TABLE llmapikey.api_tokens (
    id text NOT NULL,
    hash text NOT NULL,
    hint text NOT NULL,
    name text NOT NULL,
    github_user_id text NOT NULL,
    scopes text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    revoked_at bigint,
    used_at bigint
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
CREATE TABLE llmapikey.bulk_change_targets (
    bulk_id text NOT NULL,
    grant_id uuid NOT NULL,
    github_user_id text NOT NULL,
    github_username text NOT NULL,
    state text NOT NULL,
    why text DEFAULT ''::text NOT NULL,
    tries bigint DEFAULT 0 NOT NULL,
    begun_at bigint,
    next_at bigint DEFAULT 0 NOT NULL,
    listed_at bigint NOT NULL,
    CONSTRAINT bulk_change_targets_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'done'::text, 'skipped'::text, 'failed'::text])))
);
CREATE TABLE llmapikey.bulk_changes (
    id text NOT NULL,
    act text NOT NULL,
    cap_micro_usd bigint,
    actor text NOT NULL,
    origin text NOT NULL,
    reason text NOT NULL,
    selection text NOT NULL,
    state text NOT NULL,
    total bigint NOT NULL,
    done bigint DEFAULT 0 NOT NULL,
    skipped bigint DEFAULT 0 NOT NULL,
    failed bigint DEFAULT 0 NOT NULL,
    decided_after bigint NOT NULL,
    created_at bigint NOT NULL,
    begins_at bigint NOT NULL,
    ended_at bigint,
    stopped_at bigint,
    stopped_by text DEFAULT ''::text NOT NULL,
    problem text DEFAULT ''::text NOT NULL,
    CONSTRAINT bulk_changes_act_check CHECK ((act = ANY (ARRAY['disable'::text, 'enable'::text, 'cap'::text, 'replace'::text]))),
    CONSTRAINT bulk_changes_state_check CHECK ((state = ANY (ARRAY['working'::text, 'done'::text])))
);
CREATE TABLE llmapikey.bulk_revocations (
    id text NOT NULL,
    actor text NOT NULL,
    origin text NOT NULL,
    reason text NOT NULL,
    is_held integer NOT NULL,
    hold_until bigint,
    selection text NOT NULL,
    cutoff bigint NOT NULL,
    state text NOT NULL,
    total bigint NOT NULL,
    created_at bigint NOT NULL,
    ended_at bigint,
    problem text NOT NULL,
    stopped_at bigint,
    stopped_by text DEFAULT ''::text NOT NULL,
    begins_at bigint,
    request text,
    CONSTRAINT bulk_revocations_is_held_check CHECK ((is_held = ANY (ARRAY[0, 1]))),
    CONSTRAINT bulk_revocations_state_check CHECK ((state = ANY (ARRAY['selecting'::text, 'revoking'::text, 'done'::text])))
);
CREATE TABLE llmapikey.bulk_targets (
    bulk_id text NOT NULL,
    grant_id uuid NOT NULL,
    listed_at bigint NOT NULL
);
CREATE TABLE llmapikey.days (
    day text NOT NULL,
    issued bigint DEFAULT 0 NOT NULL,
    ended bigint DEFAULT 0 NOT NULL,
    spent_micro_usd bigint DEFAULT 0 NOT NULL
);
CREATE TABLE llmapikey.expected_people (
    id text NOT NULL,
    github_user_id text,
    login text NOT NULL,
    login_key text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL,
    added_at bigint NOT NULL,
    added_by text NOT NULL,
    problem text DEFAULT ''::text NOT NULL,
    next_lookup_at bigint
);
CREATE TABLE llmapikey.facts (
    name text NOT NULL,
    value text NOT NULL,
    noted_at bigint NOT NULL
);
CREATE TABLE llmapikey.failures (
    what text NOT NULL,
    first_at bigint NOT NULL,
    last_at bigint NOT NULL,
    times bigint NOT NULL
);
CREATE TABLE llmapikey.given_up_attempts (
    nonce text NOT NULL,
    given_up_at bigint NOT NULL
);
CREATE TABLE llmapikey.holds (
    github_user_id text NOT NULL,
    until timestamp with time zone,
    reason text NOT NULL,
    actor text NOT NULL,
    set_at timestamp with time zone NOT NULL
);
CREATE TABLE llmapikey.leases (
    name text NOT NULL,
    holder text NOT NULL,
    until bigint NOT NULL
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
    ended_at timestamp with time zone,
    bulk_id text,
    revoke_attempts bigint DEFAULT 0 NOT NULL,
    revoke_problem text DEFAULT ''::text NOT NULL,
    next_revoke_at bigint
);
CREATE TABLE llmapikey.mint_notes (
    github_user_id text NOT NULL,
    problem text NOT NULL,
    noted_at bigint NOT NULL
);
CREATE UNLOGGED TABLE llmapikey.rate_limits (
    client text NOT NULL,
    tokens double precision NOT NULL,
    filled_at timestamp with time zone NOT NULL,
    is_taken boolean NOT NULL
);
CREATE TABLE llmapikey.sealing_canary (
    id integer NOT NULL,
    sealed text NOT NULL,
    CONSTRAINT sealing_canary_id_check CHECK ((id = 1))
);
CREATE TABLE llmapikey.settings (
    name text NOT NULL,
    number bigint,
    words text,
    set_at bigint NOT NULL,
    set_by text NOT NULL,
    set_by_login text NOT NULL,
    CONSTRAINT settings_check CHECK (((number IS NULL) OR (words IS NULL))),
    CONSTRAINT settings_number_check CHECK ((number >= 0))
);
CREATE TABLE llmapikey.settings_version (
    only_row integer NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT settings_version_only_row_check CHECK ((only_row = 1))
);
CREATE TABLE llmapikey.spending_days (
    github_user_id text NOT NULL,
    day text NOT NULL,
    openrouter_delete_hash text NOT NULL,
    spent_micro_usd bigint NOT NULL,
    usage_micro_usd bigint,
    read_at bigint DEFAULT 0 NOT NULL
);
CREATE TABLE llmapikey.spending_totals (
    github_user_id text NOT NULL,
    spent_micro_usd bigint NOT NULL
);
CREATE TABLE llmapikey.stored_answers (
    actor text NOT NULL,
    request_key text NOT NULL,
    fingerprint text NOT NULL,
    attempt text NOT NULL,
    status bigint NOT NULL,
    body text NOT NULL,
    begun_at bigint NOT NULL
);
CREATE TABLE llmapikey.totals (
    only_row integer NOT NULL,
    live bigint NOT NULL,
    settings_version bigint DEFAULT 0 NOT NULL,
    CONSTRAINT totals_live_check CHECK ((live >= 0)),
    CONSTRAINT totals_only_row_check CHECK ((only_row = 1))
);
CREATE TABLE llmapikey.unremembered_ends (
    openrouter_delete_hash text NOT NULL,
    ended_at bigint NOT NULL
);
CREATE TABLE llmapikey.webhook_deliveries (
    id text NOT NULL,
    event_id text NOT NULL,
    endpoint_id text NOT NULL,
    state text NOT NULL,
    attempts bigint NOT NULL,
    next_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    problem text NOT NULL,
    waiting_since bigint DEFAULT 0 NOT NULL,
    CONSTRAINT webhook_deliveries_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'delivered'::text, 'dead'::text])))
);
CREATE TABLE llmapikey.webhook_endpoints (
    id text NOT NULL,
    url text NOT NULL,
    sealed_secret text NOT NULL,
    events text NOT NULL,
    is_enabled integer NOT NULL,
    created_at bigint NOT NULL,
    sealed_former_secret text DEFAULT ''::text NOT NULL,
    former_until bigint,
    failures bigint DEFAULT 0 NOT NULL,
    failing_since bigint,
    next_at bigint DEFAULT 0 NOT NULL,
    CONSTRAINT webhook_endpoints_is_enabled_check CHECK ((is_enabled = ANY (ARRAY[0, 1])))
);
CREATE TABLE llmapikey.webhook_events (
    id text NOT NULL,
    event_key text NOT NULL,
    type text NOT NULL,
    grant_id text NOT NULL,
    github_user_id text NOT NULL,
    github_username text NOT NULL,
    detail text NOT NULL,
    at bigint NOT NULL,
    dispatched_at bigint
);
INSERT INTO llmapikey.api_keys (id, github_user_id, github_username, openrouter_delete_hash, openrouter_key, key_hint, status, created_at, nonce, daily_limit_micro_usd, attempted_at, expires_at, is_disabled, unsynced, spent_micro_usd, spent_as_of, revealed_at, reveal_reason, queued_at, next_attempt_at, attempts, problem, keeps_place, carried_micro_usd, carried_until, missing_since, last_used_at) VALUES ('00000000-0000-4000-8000-000000000001', '9001', 'row-pending', NULL, NULL, NULL, 'pending', '2026-11-27 00:36:36+00', 'nonce-of-row-1-aaaaaa', 10000000, '2026-11-27 00:36:36+00', '2027-02-25 00:36:35+00', 0, NULL, 0, NULL, NULL, NULL, NULL, NULL, 0, '', 0, 0, NULL, NULL, 0);
INSERT INTO llmapikey.api_keys (id, github_user_id, github_username, openrouter_delete_hash, openrouter_key, key_hint, status, created_at, nonce, daily_limit_micro_usd, attempted_at, expires_at, is_disabled, unsynced, spent_micro_usd, spent_as_of, revealed_at, reveal_reason, queued_at, next_attempt_at, attempts, problem, keeps_place, carried_micro_usd, carried_until, missing_since, last_used_at) VALUES ('00000000-0000-4000-8000-000000000002', '9002', 'row-ambiguous', 'handle-of-an-attempt-in-doubt', NULL, NULL, 'ambiguous', '2026-11-27 00:36:37+00', 'nonce-of-row-2-aaaaaa', 10000000, '2026-11-27 00:36:37+00', '2027-02-25 00:36:35+00', 0, NULL, 0, NULL, NULL, NULL, NULL, NULL, 0, '', 0, 0, NULL, NULL, 0);
INSERT INTO llmapikey.api_keys (id, github_user_id, github_username, openrouter_delete_hash, openrouter_key, key_hint, status, created_at, nonce, daily_limit_micro_usd, attempted_at, expires_at, is_disabled, unsynced, spent_micro_usd, spent_as_of, revealed_at, reveal_reason, queued_at, next_attempt_at, attempts, problem, keeps_place, carried_micro_usd, carried_until, missing_since, last_used_at) VALUES ('00000000-0000-4000-8000-000000000003', '9003', 'row-revoking', 'handle-that-is-being-revoked', NULL, 'ab12', 'revoking', '2026-11-27 00:36:38+00', 'nonce-of-row-3-aaaaaa', 10000000, '2026-11-27 00:36:38+00', '2027-02-25 00:36:35+00', 0, NULL, 0, NULL, NULL, NULL, NULL, NULL, 0, '', 0, 0, NULL, NULL, 0);
INSERT INTO llmapikey.api_keys (id, github_user_id, github_username, openrouter_delete_hash, openrouter_key, key_hint, status, created_at, nonce, daily_limit_micro_usd, attempted_at, expires_at, is_disabled, unsynced, spent_micro_usd, spent_as_of, revealed_at, reveal_reason, queued_at, next_attempt_at, attempts, problem, keeps_place, carried_micro_usd, carried_until, missing_since, last_used_at) VALUES ('00000000-0000-4000-8000-000000000005', '9005', 'row-waiting', NULL, NULL, NULL, 'waiting', '2026-11-27 00:36:40+00', 'nonce-of-row-5-aaaaaa', 10000000, '2026-11-27 00:36:40+00', '2027-02-25 00:36:35+00', 0, NULL, 0, NULL, NULL, NULL, 1795739800000000, 1795739894, 2, 'upstream_down', 1, 0, NULL, NULL, 0);
INSERT INTO llmapikey.api_keys (id, github_user_id, github_username, openrouter_delete_hash, openrouter_key, key_hint, status, created_at, nonce, daily_limit_micro_usd, attempted_at, expires_at, is_disabled, unsynced, spent_micro_usd, spent_as_of, revealed_at, reveal_reason, queued_at, next_attempt_at, attempts, problem, keeps_place, carried_micro_usd, carried_until, missing_since, last_used_at) VALUES ('00000000-0000-4000-8000-000000000006', '9006', 'row-replacing', 'handle-that-is-being-replaced', NULL, 'ef56', 'replacing', '2026-11-27 00:36:41+00', 'nonce-of-row-6-aaaaaa', 10000000, '2026-11-27 00:36:41+00', '2027-02-25 00:36:35+00', 0, NULL, 0, NULL, NULL, NULL, NULL, NULL, 0, '', 0, 0, NULL, NULL, 0);
INSERT INTO llmapikey.api_keys (id, github_user_id, github_username, openrouter_delete_hash, openrouter_key, key_hint, status, created_at, nonce, daily_limit_micro_usd, attempted_at, expires_at, is_disabled, unsynced, spent_micro_usd, spent_as_of, revealed_at, reveal_reason, queued_at, next_attempt_at, attempts, problem, keeps_place, carried_micro_usd, carried_until, missing_since, last_used_at) VALUES ('f22835a5-7a85-4f64-8933-29bac8fd5300', '5000', 'holder-one', '9d4916438959dcbd75f50df9f1c8b7e81d4a087a82aa53123b091b3aac7b75f5', 'v1.26275656.VF9oWhiBCBK74ktoFHGGQkYXMzYW-TCpNOFHnVPzOcnek8BYyhD0ADIG6WPxle-X7Y6Q3aYKwdvVunsgyhKdFviRYuTBqUyntZbX3dEtmzEmhmwNhUymnCkqDNS_a9aLCrG4ZSX3coj0xL_Km2_d468', 'aa71', 'active', '2026-11-27 00:36:35+00', '8t8LYW1x8GAz3vVdq8uWuQ', 10000000, '2026-11-27 00:36:35+00', '2027-02-25 00:36:35+00', 0, NULL, 0, NULL, NULL, NULL, NULL, NULL, 0, '', 0, 0, NULL, NULL, 1795739000);
INSERT INTO llmapikey.api_keys (id, github_user_id, github_username, openrouter_delete_hash, openrouter_key, key_hint, status, created_at, nonce, daily_limit_micro_usd, attempted_at, expires_at, is_disabled, unsynced, spent_micro_usd, spent_as_of, revealed_at, reveal_reason, queued_at, next_attempt_at, attempts, problem, keeps_place, carried_micro_usd, carried_until, missing_since, last_used_at) VALUES ('a0e7c7b5-0c55-4e37-a50c-ec61c31371b5', '5001', 'holder-two', '719e56d72bd26bd7a70aceded545727dd762f4d6b800ea306f312106b595ff4a', 'v1.26275656.R83poRq6mjZyxcyScvSE5HsuX6JBkSGPajSeSJc3aujOYYg4QQfaj-BxzJFYr2Tmhg33wcp2jYHP1hRBBwT9jw7GWmtxqAenqPP5uesZT_uO-CxaCMOoe-9rL5JxdXclhh4Jb1yUwS4dHbqsodOfTMo', 'cd75', 'active', '2026-11-27 00:36:35+00', 'vnSJurQ5tqXBwBs5tFaB9w', 10000000, '2026-11-27 00:36:35+00', '2027-02-25 00:36:35+00', 0, NULL, 0, NULL, NULL, NULL, NULL, NULL, 0, '', 0, 0, NULL, NULL, 1795739000);
INSERT INTO llmapikey.api_keys (id, github_user_id, github_username, openrouter_delete_hash, openrouter_key, key_hint, status, created_at, nonce, daily_limit_micro_usd, attempted_at, expires_at, is_disabled, unsynced, spent_micro_usd, spent_as_of, revealed_at, reveal_reason, queued_at, next_attempt_at, attempts, problem, keeps_place, carried_micro_usd, carried_until, missing_since, last_used_at) VALUES ('00000000-0000-4000-8000-000000000004', '9004', 'row-active', 'handle-switched-off', 'v1.26275656.unreadable-on-purpose', 'cd34', 'active', '2026-11-27 00:36:39+00', 'nonce-of-row-4-aaaaaa', 10000000, '2026-11-27 00:36:39+00', '2027-02-25 00:36:35+00', 1, 'token-1', 2500000, 1795739855, 1795739856, 'its owner asked', NULL, NULL, 0, '', 0, 0, NULL, NULL, 1795739000);
INSERT INTO llmapikey.api_keys (id, github_user_id, github_username, openrouter_delete_hash, openrouter_key, key_hint, status, created_at, nonce, daily_limit_micro_usd, attempted_at, expires_at, is_disabled, unsynced, spent_micro_usd, spent_as_of, revealed_at, reveal_reason, queued_at, next_attempt_at, attempts, problem, keeps_place, carried_micro_usd, carried_until, missing_since, last_used_at) VALUES ('00000000-0000-4000-8000-000000000007', '9007', 'row-active', 'handle-gone-upstream', 'v1.26275656.unreadable-on-purpose', 'ab78', 'active', '2026-11-27 00:36:42+00', 'nonce-of-row-7-aaaaaa', 10000000, '2026-11-27 00:36:42+00', '2027-02-25 00:36:35+00', 0, NULL, 0, NULL, NULL, NULL, NULL, NULL, 0, '', 0, 1250000, 1795826195, 1795739865, 1795739000);
INSERT INTO llmapikey.api_tokens (id, hash, hint, name, github_user_id, scopes, created_at, expires_at, revoked_at, used_at) VALUES ('token-1', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'zzzz', 'course list', '1003', 'read', 1795739795, 1803515795, NULL, NULL);
INSERT INTO llmapikey.applied_migrations (version, name, applied_at) VALUES (0, 'lock', '2026-11-27 00:36:35+00');
INSERT INTO llmapikey.applied_migrations (version, name, applied_at) VALUES (1, 'grants', '2026-11-27 00:36:35+00');
INSERT INTO llmapikey.applied_migrations (version, name, applied_at) VALUES (2, 'revocations', '2026-11-27 00:36:35+00');
INSERT INTO llmapikey.applied_migrations (version, name, applied_at) VALUES (3, 'operations', '2026-11-27 00:36:35+00');
INSERT INTO llmapikey.applied_migrations (version, name, applied_at) VALUES (4, 'lifecycle', '2026-11-27 00:36:35+00');
INSERT INTO llmapikey.applied_migrations (version, name, applied_at) VALUES (5, 'safety', '2026-11-28 06:08:07+00');
INSERT INTO llmapikey.applied_migrations (version, name, applied_at) VALUES (6, 'bulk_targets', '2026-11-28 09:53:50.513959+00');
INSERT INTO llmapikey.applied_migrations (version, name, applied_at) VALUES (7, 'webhook_events', '2026-11-28 19:00:00+00');
INSERT INTO llmapikey.applied_migrations (version, name, applied_at) VALUES (8, 'settings', '2026-11-28 20:00:00+00');
INSERT INTO llmapikey.applied_migrations (version, name, applied_at) VALUES (9, 'people', '2026-11-28 20:16:40+00');
INSERT INTO llmapikey.applied_migrations (version, name, applied_at) VALUES (10, 'bulk_changes', '2026-11-28 21:16:40+00');
INSERT INTO llmapikey.audit_head (only_row, sequence, hash) VALUES (1, 2, 'c6c7fdd5b7120e069b8a44b484eef33d72cb6e2eb67dccae12891c50eba3c79d');
INSERT INTO llmapikey.audit_log (sequence, at, actor, action, subject, origin, outcome, detail, hash) VALUES (1, '2026-11-27 00:36:36+00', 'cli:root', 'key.revoke', 'account:5002 grant:c0ce9308-121b-4756-b161-d2e8fe2af3ae', 'cli', 'begun', 'the course is over', 'c8ade9e233a67955aafaa234449b1d6c9f5b15b09333756c7391553f5c68e755');
INSERT INTO llmapikey.audit_log (sequence, at, actor, action, subject, origin, outcome, detail, hash) VALUES (2, '2026-11-27 00:36:37+00', 'cli:root', 'key.revoke', 'account:5002 grant:c0ce9308-121b-4756-b161-d2e8fe2af3ae', 'cli', 'done', 'the course is over', 'c6c7fdd5b7120e069b8a44b484eef33d72cb6e2eb67dccae12891c50eba3c79d');
INSERT INTO llmapikey.bulk_change_targets (bulk_id, grant_id, github_user_id, github_username, state, why, tries, begun_at, next_at, listed_at) VALUES ('change-1', '11111111-2222-4333-8444-555555555555', '9001', 'row-1', 'waiting', '', 0, NULL, 0, 1795898000);
INSERT INTO llmapikey.bulk_change_targets (bulk_id, grant_id, github_user_id, github_username, state, why, tries, begun_at, next_at, listed_at) VALUES ('change-1', '11111111-2222-4333-8444-555555555556', '9002', 'row-2', 'waiting', 'OpenRouter answers 502', 2, 1795898006, 1795898016, 1795898000);
INSERT INTO llmapikey.bulk_change_targets (bulk_id, grant_id, github_user_id, github_username, state, why, tries, begun_at, next_at, listed_at) VALUES ('change-2', '11111111-2222-4333-8444-555555555555', '9001', 'row-1', 'skipped', 'it is disabled', 0, 1795898006, 1795898054, 1795898000);
INSERT INTO llmapikey.bulk_change_targets (bulk_id, grant_id, github_user_id, github_username, state, why, tries, begun_at, next_at, listed_at) VALUES ('change-2', '11111111-2222-4333-8444-555555555556', '9002', 'row-2', 'failed', 'OpenRouter answers 502', 6, 1795898006, 1795898054, 1795898000);
INSERT INTO llmapikey.bulk_change_targets (bulk_id, grant_id, github_user_id, github_username, state, why, tries, begun_at, next_at, listed_at) VALUES ('change-4', '11111111-2222-4333-8444-555555555555', '9001', 'row-1', 'done', '', 0, 1795898006, 1795898054, 1795898000);
INSERT INTO llmapikey.bulk_changes (id, act, cap_micro_usd, actor, origin, reason, selection, state, total, done, skipped, failed, decided_after, created_at, begins_at, ended_at, stopped_at, stopped_by, problem) VALUES ('change-1', 'cap', 5000000, 'github:1003', '127.0.0.1', 'over', 'q=row-', 'working', 2, 0, 0, 0, 3, 1795898000, 1795898005, NULL, NULL, '', 'OpenRouter does not answer');
INSERT INTO llmapikey.bulk_changes (id, act, cap_micro_usd, actor, origin, reason, selection, state, total, done, skipped, failed, decided_after, created_at, begins_at, ended_at, stopped_at, stopped_by, problem) VALUES ('change-2', 'replace', NULL, 'github:1003', '127.0.0.1', 'leaked', 'all=true', 'done', 2, 0, 1, 1, 5, 1795898000, 1795898005, 1795898400, NULL, '', '');
INSERT INTO llmapikey.bulk_changes (id, act, cap_micro_usd, actor, origin, reason, selection, state, total, done, skipped, failed, decided_after, created_at, begins_at, ended_at, stopped_at, stopped_by, problem) VALUES ('change-3', 'disable', NULL, 'github:1003', '127.0.0.1', 'by mistake', 'q=row-', 'done', 0, 0, 0, 0, 6, 1795898000, 1795898005, 1795898400, 1795898002, 'github:1003', '');
INSERT INTO llmapikey.bulk_changes (id, act, cap_micro_usd, actor, origin, reason, selection, state, total, done, skipped, failed, decided_after, created_at, begins_at, ended_at, stopped_at, stopped_by, problem) VALUES ('change-4', 'enable', NULL, 'cli:root', 'cli', 'over', 'q=row-', 'done', 1, 1, 0, 0, 7, 1795898000, 1795898005, 1795898400, NULL, '', '');
INSERT INTO llmapikey.bulk_revocations (id, actor, origin, reason, is_held, hold_until, selection, cutoff, state, total, created_at, ended_at, problem, stopped_at, stopped_by, begins_at, request) VALUES ('bulk-1', 'github:1003', '127.0.0.1', 'leaked', 0, NULL, 'q=row-', 1795739835, 'revoking', 1, 1795739835, NULL, '', 1795739790, 'github:1003', NULL, NULL);
INSERT INTO llmapikey.bulk_revocations (id, actor, origin, reason, is_held, hold_until, selection, cutoff, state, total, created_at, ended_at, problem, stopped_at, stopped_by, begins_at, request) VALUES ('bulk-2', 'github:1003', '127.0.0.1', 'over', 0, NULL, 'q=row-', 253402300799, 'done', 0, 1795739835, 1795739900, '', 1795739838, 'github:1003', 1795739840, 'the-request');
INSERT INTO llmapikey.bulk_targets (bulk_id, grant_id, listed_at) VALUES ('bulk-2', '11111111-2222-4333-8444-555555555555', 1795739835);
INSERT INTO llmapikey.days (day, issued, ended, spent_micro_usd) VALUES ('2026-11-26', 3, 1, 2500000);
INSERT INTO llmapikey.expected_people (id, github_user_id, login, login_key, name, added_at, added_by, problem, next_lookup_at) VALUES ('00000000-0000-4000-8000-000000000901', '9001', 'Listed-One', 'listed-one', 'Listed One', 1795897000, 'github:1003', '', NULL);
INSERT INTO llmapikey.expected_people (id, github_user_id, login, login_key, name, added_at, added_by, problem, next_lookup_at) VALUES ('00000000-0000-4000-8000-000000000902', NULL, 'listed-two', 'listed-two', '', 1795897000, 'github:1003', 'GitHub did not answer', 4102444800);
INSERT INTO llmapikey.expected_people (id, github_user_id, login, login_key, name, added_at, added_by, problem, next_lookup_at) VALUES ('00000000-0000-4000-8000-000000000903', NULL, 'listed-nobody', 'listed-nobody', '', 1795897000, 'github:1003', 'GitHub knows no such login', NULL);
INSERT INTO llmapikey.facts (name, value, noted_at) VALUES ('credits_total', '100000000', 1795739795);
INSERT INTO llmapikey.failures (what, first_at, last_at, times) VALUES ('reading spending: no answer', 1795739795, 1795739800, 2);
INSERT INTO llmapikey.given_up_attempts (nonce, given_up_at) VALUES ('nonce-of-row-5-aaaaaa', 1795846087);
INSERT INTO llmapikey.holds (github_user_id, until, reason, actor, set_at) VALUES ('5002', NULL, 'the course is over', 'cli:root', '2026-11-27 00:36:36+00');
INSERT INTO llmapikey.ledger (grant_id, github_user_id, github_username, openrouter_delete_hash, key_hint, daily_limit_micro_usd, created_at, expires_at, actor, reason, begun_at, ended_at, bulk_id, revoke_attempts, revoke_problem, next_revoke_at) VALUES ('c0ce9308-121b-4756-b161-d2e8fe2af3ae', '5002', 'ended-one', 'f277ef43c60a07d1c550c387d976c0c3cfed892a0c6e26b411777b2cbb1fe38e', '5d87', 10000000, '2026-11-27 00:36:35+00', '2027-02-25 00:36:35+00', 'cli:root', 'the course is over', '2026-11-27 00:36:36+00', '2026-11-27 00:36:37+00', NULL, 0, '', NULL);
INSERT INTO llmapikey.ledger (grant_id, github_user_id, github_username, openrouter_delete_hash, key_hint, daily_limit_micro_usd, created_at, expires_at, actor, reason, begun_at, ended_at, bulk_id, revoke_attempts, revoke_problem, next_revoke_at) VALUES ('00000000-0000-4000-8000-000000000003', '9003', 'row-revoking', 'handle-that-is-being-revoked', 'ab12', 10000000, '2026-11-27 00:36:38+00', '2027-02-25 00:36:35+00', 'github:1003', 'leaked', '2026-11-27 00:37:25+00', NULL, 'bulk-1', 3, 'HTTP 403: not yours', 1795743000);
INSERT INTO llmapikey.mint_notes (github_user_id, problem, noted_at) VALUES ('9010', 'upstream_down', 1795739795);
INSERT INTO llmapikey.sealing_canary (id, sealed) VALUES (1, 'v1.26275656.iHrVd-Z68txTkmmdSuIhbzotRRLB6MsRrtrhmwwGxKkVXo39IDWAfH_w2Kbh2BWOwQ');
INSERT INTO llmapikey.settings (name, number, words, set_at, set_by, set_by_login) VALUES ('daily_limit_usd', 10000000, NULL, 1795896100, 'github:1003', 'grace-organizer');
INSERT INTO llmapikey.settings (name, number, words, set_at, set_by, set_by_login) VALUES ('event_name', NULL, NULL, 1795896200, 'cli:root', '');
INSERT INTO llmapikey.settings (name, number, words, set_at, set_by, set_by_login) VALUES ('organizer_name', NULL, 'The course', 1795896100, 'github:1003', 'grace-organizer');
INSERT INTO llmapikey.settings (name, number, words, set_at, set_by, set_by_login) VALUES ('seats', 500, NULL, 1795896100, 'github:1003 token:token-1', '');
INSERT INTO llmapikey.settings_version (only_row, version) VALUES (1, 3);
INSERT INTO llmapikey.spending_days (github_user_id, day, openrouter_delete_hash, spent_micro_usd, usage_micro_usd, read_at) VALUES ('9007', '2026-11-26', 'handle-gone-upstream', 1250000, 2000000, 1795739700);
INSERT INTO llmapikey.spending_totals (github_user_id, spent_micro_usd) VALUES ('9007', 1250000);
INSERT INTO llmapikey.stored_answers (actor, request_key, fingerprint, attempt, status, body, begun_at) VALUES ('github:1003', 'once', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'attempt-1', 200, 'v1.26275656.sealed-answer', 1795739795);
INSERT INTO llmapikey.totals (only_row, live, settings_version) VALUES (1, 9, 3);
INSERT INTO llmapikey.unremembered_ends (openrouter_delete_hash, ended_at) VALUES ('hash-of-another-life', 1795739700);
INSERT INTO llmapikey.webhook_deliveries (id, event_id, endpoint_id, state, attempts, next_at, updated_at, problem, waiting_since) VALUES ('delivery-1', 'event-1', 'endpoint-1', 'dead', 9, 1795739795, 1795739797, 'answered 500', 1795739797);
INSERT INTO llmapikey.webhook_endpoints (id, url, sealed_secret, events, is_enabled, created_at, sealed_former_secret, former_until, failures, failing_since, next_at) VALUES ('endpoint-1', 'https://hooks.example.org/', 'v1.26275656.sealed-secret', 'key.issued', 0, 1795739795, '', 1795826195, 2, 1795739700, 1795739800);
INSERT INTO llmapikey.webhook_events (id, event_key, type, grant_id, github_user_id, github_username, detail, at, dispatched_at) VALUES ('event-1', 'key.issued:1', 'key.issued', 'f22835a5-7a85-4f64-8933-29bac8fd5300', '5000', 'holder-one', '', 1795739795, 1795739796);
ALTER TABLE ONLY llmapikey.api_keys
    ADD CONSTRAINT api_keys_github_user_id_key UNIQUE (github_user_id);
ALTER TABLE ONLY llmapikey.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);
ALTER TABLE ONLY llmapikey.api_tokens
    ADD CONSTRAINT api_tokens_hash_key UNIQUE (hash);
ALTER TABLE ONLY llmapikey.api_tokens
    ADD CONSTRAINT api_tokens_pkey PRIMARY KEY (id);
ALTER TABLE ONLY llmapikey.applied_migrations
    ADD CONSTRAINT applied_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY llmapikey.audit_head
    ADD CONSTRAINT audit_head_pkey PRIMARY KEY (only_row);
ALTER TABLE ONLY llmapikey.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (sequence);
ALTER TABLE ONLY llmapikey.bulk_change_targets
    ADD CONSTRAINT bulk_change_targets_pkey PRIMARY KEY (bulk_id, grant_id);
ALTER TABLE ONLY llmapikey.bulk_changes
    ADD CONSTRAINT bulk_changes_pkey PRIMARY KEY (id);
ALTER TABLE ONLY llmapikey.bulk_revocations
    ADD CONSTRAINT bulk_revocations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY llmapikey.bulk_targets
    ADD CONSTRAINT bulk_targets_pkey PRIMARY KEY (bulk_id, grant_id);
ALTER TABLE ONLY llmapikey.days
    ADD CONSTRAINT days_pkey PRIMARY KEY (day);
ALTER TABLE ONLY llmapikey.expected_people
    ADD CONSTRAINT expected_people_pkey PRIMARY KEY (id);
ALTER TABLE ONLY llmapikey.facts
    ADD CONSTRAINT facts_pkey PRIMARY KEY (name);
ALTER TABLE ONLY llmapikey.failures
    ADD CONSTRAINT failures_pkey PRIMARY KEY (what);
ALTER TABLE ONLY llmapikey.given_up_attempts
    ADD CONSTRAINT given_up_attempts_pkey PRIMARY KEY (nonce);
ALTER TABLE ONLY llmapikey.holds
    ADD CONSTRAINT holds_pkey PRIMARY KEY (github_user_id);
ALTER TABLE ONLY llmapikey.leases
    ADD CONSTRAINT leases_pkey PRIMARY KEY (name);
ALTER TABLE ONLY llmapikey.ledger
    ADD CONSTRAINT ledger_pkey PRIMARY KEY (grant_id);
ALTER TABLE ONLY llmapikey.mint_notes
    ADD CONSTRAINT mint_notes_pkey PRIMARY KEY (github_user_id);
ALTER TABLE ONLY llmapikey.rate_limits
    ADD CONSTRAINT rate_limits_pkey PRIMARY KEY (client);
ALTER TABLE ONLY llmapikey.sealing_canary
    ADD CONSTRAINT sealing_canary_pkey PRIMARY KEY (id);
ALTER TABLE ONLY llmapikey.settings
    ADD CONSTRAINT settings_pkey PRIMARY KEY (name);
ALTER TABLE ONLY llmapikey.settings_version
    ADD CONSTRAINT settings_version_pkey PRIMARY KEY (only_row);
ALTER TABLE ONLY llmapikey.spending_days
    ADD CONSTRAINT spending_days_pkey PRIMARY KEY (github_user_id, day, openrouter_delete_hash);
ALTER TABLE ONLY llmapikey.spending_totals
    ADD CONSTRAINT spending_totals_pkey PRIMARY KEY (github_user_id);
ALTER TABLE ONLY llmapikey.stored_answers
    ADD CONSTRAINT stored_answers_pkey PRIMARY KEY (actor, request_key);
ALTER TABLE ONLY llmapikey.totals
    ADD CONSTRAINT totals_pkey PRIMARY KEY (only_row);
ALTER TABLE ONLY llmapikey.unremembered_ends
    ADD CONSTRAINT unremembered_ends_pkey PRIMARY KEY (openrouter_delete_hash);
ALTER TABLE ONLY llmapikey.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_event_id_endpoint_id_key UNIQUE (event_id, endpoint_id);
ALTER TABLE ONLY llmapikey.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (id);
ALTER TABLE ONLY llmapikey.webhook_endpoints
    ADD CONSTRAINT webhook_endpoints_pkey PRIMARY KEY (id);
ALTER TABLE ONLY llmapikey.webhook_events
    ADD CONSTRAINT webhook_events_event_key_key UNIQUE (event_key);
ALTER TABLE ONLY llmapikey.webhook_events
    ADD CONSTRAINT webhook_events_pkey PRIMARY KEY (id);
CREATE INDEX api_keys_carried ON llmapikey.api_keys USING btree (carried_until) WHERE (carried_until IS NOT NULL);
CREATE INDEX api_keys_delete_hash ON llmapikey.api_keys USING btree (openrouter_delete_hash) WHERE (openrouter_delete_hash IS NOT NULL);
CREATE INDEX api_keys_disabled ON llmapikey.api_keys USING btree (created_at, id) WHERE (is_disabled = 1);
CREATE INDEX api_keys_ending_attempts ON llmapikey.api_keys USING btree (id) WHERE ((status = 'revoking'::text) AND (openrouter_delete_hash IS NULL) AND (nonce <> ''::text));
CREATE INDEX api_keys_expiry ON llmapikey.api_keys USING btree (expires_at, id);
CREATE INDEX api_keys_hint ON llmapikey.api_keys USING btree (key_hint) WHERE (key_hint IS NOT NULL);
CREATE INDEX api_keys_last_used ON llmapikey.api_keys USING btree (last_used_at, id);
CREATE INDEX api_keys_logins ON llmapikey.api_keys USING btree (lower((github_username COLLATE "C")), github_user_id);
CREATE INDEX api_keys_missing ON llmapikey.api_keys USING btree (id) WHERE (missing_since IS NOT NULL);
CREATE INDEX api_keys_newest ON llmapikey.api_keys USING btree (created_at, id);
CREATE INDEX api_keys_nonce ON llmapikey.api_keys USING btree (nonce) WHERE (nonce <> ''::text);
CREATE INDEX api_keys_replacing ON llmapikey.api_keys USING btree (id) WHERE (status = 'replacing'::text);
CREATE INDEX api_keys_revoking ON llmapikey.api_keys USING btree (id) WHERE (status = 'revoking'::text);
CREATE INDEX api_keys_spent ON llmapikey.api_keys USING btree (spent_micro_usd, id);
CREATE INDEX api_keys_unsettled ON llmapikey.api_keys USING btree (id) WHERE (status = ANY (ARRAY['pending'::text, 'ambiguous'::text]));
CREATE INDEX api_keys_unsynced ON llmapikey.api_keys USING btree (id) WHERE (unsynced IS NOT NULL);
CREATE INDEX api_keys_unused ON llmapikey.api_keys USING btree (created_at, id) WHERE (spent_micro_usd <= 0);
CREATE INDEX api_keys_waiting ON llmapikey.api_keys USING btree (queued_at, id) WHERE (status = 'waiting'::text);
CREATE INDEX api_tokens_owner ON llmapikey.api_tokens USING btree (github_user_id, created_at);
CREATE INDEX audit_log_subject ON llmapikey.audit_log USING btree (subject text_pattern_ops, sequence);
CREATE INDEX bulk_change_targets_grant ON llmapikey.bulk_change_targets USING btree (grant_id);
CREATE INDEX bulk_change_targets_left ON llmapikey.bulk_change_targets USING btree (bulk_id, state) WHERE (state = ANY (ARRAY['skipped'::text, 'failed'::text]));
CREATE INDEX bulk_change_targets_waiting ON llmapikey.bulk_change_targets USING btree (bulk_id, next_at) WHERE (state = 'waiting'::text);
CREATE INDEX bulk_changes_newest ON llmapikey.bulk_changes USING btree (created_at);
CREATE INDEX bulk_changes_open ON llmapikey.bulk_changes USING btree (created_at) WHERE (state = 'working'::text);
CREATE INDEX bulk_revocations_newest ON llmapikey.bulk_revocations USING btree (created_at);
CREATE INDEX bulk_revocations_open ON llmapikey.bulk_revocations USING btree (created_at) WHERE (state <> 'done'::text);
CREATE UNIQUE INDEX bulk_revocations_request ON llmapikey.bulk_revocations USING btree (request);
CREATE UNIQUE INDEX expected_people_account ON llmapikey.expected_people USING btree (github_user_id) WHERE (github_user_id IS NOT NULL);
CREATE INDEX expected_people_login ON llmapikey.expected_people USING btree (login_key);
CREATE INDEX expected_people_lookup ON llmapikey.expected_people USING btree (next_lookup_at) WHERE (next_lookup_at IS NOT NULL);
CREATE UNIQUE INDEX expected_people_unresolved ON llmapikey.expected_people USING btree (login_key) WHERE (github_user_id IS NULL);
CREATE INDEX failures_latest ON llmapikey.failures USING btree (last_at);
CREATE INDEX given_up_attempts_oldest ON llmapikey.given_up_attempts USING btree (given_up_at);
CREATE INDEX ledger_account ON llmapikey.ledger USING btree (github_user_id, begun_at);
CREATE INDEX ledger_begun ON llmapikey.ledger USING btree (begun_at);
CREATE INDEX ledger_bulk ON llmapikey.ledger USING btree (bulk_id) WHERE (bulk_id IS NOT NULL);
CREATE INDEX ledger_bulk_open ON llmapikey.ledger USING btree (bulk_id) WHERE ((bulk_id IS NOT NULL) AND (ended_at IS NULL));
CREATE INDEX ledger_created ON llmapikey.ledger USING btree (created_at);
CREATE INDEX ledger_delete_hash ON llmapikey.ledger USING btree (openrouter_delete_hash) WHERE (openrouter_delete_hash IS NOT NULL);
CREATE INDEX ledger_logins ON llmapikey.ledger USING btree (lower((github_username COLLATE "C")), github_user_id);
CREATE INDEX ledger_stuck ON llmapikey.ledger USING btree (begun_at) WHERE ((ended_at IS NULL) AND (revoke_attempts > 0));
CREATE INDEX spending_days_oldest ON llmapikey.spending_days USING btree (day);
CREATE INDEX spending_totals_most ON llmapikey.spending_totals USING btree (spent_micro_usd, github_user_id);
CREATE INDEX stored_answers_oldest ON llmapikey.stored_answers USING btree (begun_at);
CREATE INDEX webhook_deliveries_due ON llmapikey.webhook_deliveries USING btree (endpoint_id, next_at) WHERE (state = 'waiting'::text);
CREATE INDEX webhook_deliveries_latest ON llmapikey.webhook_deliveries USING btree (updated_at, id);
CREATE INDEX webhook_events_oldest ON llmapikey.webhook_events USING btree (at);
CREATE INDEX webhook_events_waiting ON llmapikey.webhook_events USING btree (at, id) WHERE (dispatched_at IS NULL);
ALTER TABLE llmapikey.api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.api_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.applied_migrations ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.audit_head ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.audit_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.bulk_change_targets ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.bulk_changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.bulk_revocations ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.bulk_targets ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.days ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.expected_people ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.failures ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.given_up_attempts ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.holds ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.leases ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.ledger ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.mint_notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.rate_limits ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.sealing_canary ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.settings_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.spending_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.spending_totals ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.stored_answers ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.totals ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.unremembered_ends ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.webhook_deliveries ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.webhook_endpoints ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.webhook_events ENABLE ROW LEVEL SECURITY;
