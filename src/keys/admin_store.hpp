#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "audit/audit_log.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "grant/grant.hpp"
#include "grant/hold.hpp"
#include "keys/grant_query.hpp"

namespace llmapikey {

struct GrantPage {
    std::vector<Grant> grants;
    std::string next_cursor;  // empty: this is the last page
};

enum class EndsWhat {
    any_row,     // whatever its status: what is in transit ends as revoked
    active_key,  // a row that has changed meanwhile is left as it is
};

// Why and by whom grants are ended.
struct Ending {
    std::string actor;  // who: "github:1003", "cli:root"
    std::string reason;
    std::optional<Hold> hold;  // nullopt: the person may take a key again at once
    base::Timestamp now;
    std::string bulk_id;  // of the bulk revocation; empty: this one alone
    EndsWhat what = EndsWhat::any_row;
};

// A grant that has ended, or is being ended. Never removed.
struct LedgerEntry {
    Grant grant;  // as it was when its end began, without the sealed key
    std::string actor;
    std::string reason;
    base::Timestamp begun_at;
    std::optional<base::Timestamp> ended_at;         // nullopt: not yet revoked upstream
    std::string bulk_id;                             // empty: ended by itself
    int attempts = 0;                                // to revoke it upstream that have failed
    std::string problem;                             // why the latest of them failed; empty: none has
    std::optional<base::Timestamp> next_attempt_at;  // not before; nullopt: at once
};

// After so many failed attempts a revocation is stuck: it is tried on, ever less often, and shown
// to the organizer.
inline constexpr int stuck_after_attempts = 3;
inline bool is_stuck(const LedgerEntry& entry) {
    return !entry.ended_at && entry.attempts >= stuck_after_attempts;
}

inline constexpr std::chrono::minutes revocation_pause_max{10};
// How long a revocation that has failed `attempts` times is left alone.
base::Seconds revocation_back_off(int attempts, const base::Error& error);

struct LedgerPage {
    std::vector<LedgerEntry> entries;
    std::string next_cursor;  // empty: this is the last page
};

// Which entries of the audit log: those about these accounts, between two others.
struct AuditQuery {
    std::vector<GithubUserId> accounts;
    std::int64_t after = 0;
    std::int64_t before = std::numeric_limits<std::int64_t>::max();
    int limit = 100;
    bool is_latest_first = false;
};

// What an organizer changes of a key; nullopt: leave it.
struct KeyChange {
    std::optional<bool> is_disabled;
    std::optional<base::MicroUsd> daily_limit;
};

// What the organizer does with grants. Each operation is one transaction, durable when it returns.
// Blocking, thread-safe; can fail with Errc::store_unavailable like KeyStore.
class AdminStore {
public:
    virtual ~AdminStore() = default;

    // invalid_input: a cursor that is none of ours.
    virtual base::Result<GrantPage> list(const GrantQuery& query) = 0;
    // How many fit, `most` at the most. Reads as many rows.
    virtual base::Result<std::int64_t> count(const GrantQuery& query, std::int64_t most) = 0;
    virtual base::Result<std::optional<Grant>> find_grant(const std::string& grant_id) = 0;
    // Ended grants, the latest first: those that fit the query's search and dates. invalid_input:
    // as list().
    virtual base::Result<LedgerPage> list_ended(const GrantQuery& query) = 0;
    // Accounts that have or had a grant, by a part of the login, a whole id or a hint; `limit` at
    // the most.
    virtual base::Result<std::vector<GithubUserId>> find_accounts(const std::string& search, int limit) = 0;
    virtual base::Result<std::vector<ChainedEntry>> find_audit_entries(const AuditQuery& query) = 0;
    // Ended grants of an account, the latest first, 100 at the most.
    virtual base::Result<std::vector<LedgerEntry>> ledger_of(GithubUserId id) = 0;

    // Any other status -> revoking, with an entry in the ledger. From now on the keys are shown to
    // nobody, and the intention survives everything. The hold, if any, is stored also for grants
    // that are being revoked already; a hold never shortens another one. Says how many began.
    virtual base::Result<int> begin_revocations(const std::vector<std::string>& grant_ids, const Ending& ending) = 0;
    // After the key is gone upstream: removes the row, frees its place, closes the ledger's entry.
    // No-op if it is done, and while it is an attempt of which something may be left
    // (is_ending_attempt).
    virtual base::Result<void> finish_revocation(const Grant& grant, base::Timestamp now) = 0;
    // Up to `limit` revocations that have begun, by id and greater than `after_id` (empty: from the
    // first). `bulk_id`: only those of this bulk revocation; empty: only those of none; nullopt:
    // all. Attempts of which something may be left are not among them: KeyStore::list_open_attempts
    // has those.
    virtual base::Result<std::vector<LedgerEntry>> list_revoking(const std::string& after_id, int limit,
                                                                 const std::optional<std::string>& bulk_id) = 0;

    // Up to `limit` revocations that have begun and are due to be tried at `now`; those that have
    // failed come last. `bulk_id`: only those of this bulk revocation; empty: those of none, and
    // those that a bulk revocation which is done has left behind.
    virtual base::Result<std::vector<LedgerEntry>> list_due_revocations(base::Timestamp now, int limit,
                                                                        const std::string& bulk_id) = 0;
    // An attempt to revoke a key upstream has failed: says when to try again, and counts it if
    // `is_counted`.
    virtual base::Result<void> note_revocation_failure(const std::string& grant_id, const std::string& problem,
                                                       base::Timestamp next_attempt_at, bool is_counted) = 0;
    // Revocations that are stuck, the earliest first; `bulk_id`: only those of this bulk
    // revocation, empty: all.
    virtual base::Result<std::vector<LedgerEntry>> list_stuck(int limit, const std::string& bulk_id) = 0;
    virtual base::Result<std::int64_t> count_stuck() = 0;

    // Stores what the key is to be from now on, and remembers by `token` that upstream may not know
    // it yet. not_found, conflict: not active.
    virtual base::Result<Grant> begin_change(const std::string& grant_id, const KeyChange& change,
                                             const std::string& token) = 0;
    // Upstream knows it. False: there is a later change by now, or none.
    virtual base::Result<bool> finish_change(const std::string& grant_id, const std::string& token) = 0;
    // Up to `limit` changes that have begun, by id and greater than `after_id` (empty: from the
    // first).
    virtual base::Result<std::vector<Grant>> list_unsynced(const std::string& after_id, int limit) = 0;

    // Caps that a day of the account's earlier keys has lowered and that are due again: begins a
    // change of up to `limit` of them. Says how many.
    virtual base::Result<int> begin_raises(base::Timestamp now, int limit) = 0;

    // Notes since when upstream does not know these keys; nullopt: it does.
    virtual base::Result<void> set_missing(const std::vector<std::string>& grant_ids,
                                           std::optional<base::Timestamp> since) = 0;
    // What upstream says of when a key expires.
    virtual base::Result<void> set_expiry(const std::string& grant_id, base::Timestamp expires_at) = 0;
    // Grants of any status that hold one of these keys, or are of one of the attempts with these
    // nonces: what is known of a page of upstream's list.
    virtual base::Result<std::vector<Grant>> find_known(const std::vector<std::string>& delete_handles,
                                                        const std::vector<std::string>& nonces) = 0;
    // Whether this key is being ended, or was ended since then: it may still stand in a list that
    // was read before.
    virtual base::Result<bool> has_ended(const std::string& delete_handle, base::Timestamp since) = 0;
    // Up to `limit` active grants by id, greater than `after_id` (empty: from the first).
    virtual base::Result<std::vector<Grant>> list_active(const std::string& after_id, int limit) = 0;
    // Up to `limit` active grants that are not switched off and whose lifetime is over.
    virtual base::Result<std::vector<Grant>> list_expired(base::Timestamp now, int limit) = 0;

    // That an organizer has looked at the raw key, for its owner to see. not_found.
    virtual base::Result<void> note_reveal(const std::string& grant_id, const Reveal& reveal) = 0;

    // Replaces the account's hold; nullopt lifts it.
    virtual base::Result<void> set_hold(GithubUserId id, const std::optional<Hold>& hold, const std::string& actor,
                                        base::Timestamp now) = 0;
};

// Notes that revoking this entry's key upstream has failed, and when it is tried again.
base::Result<void> note_failed_revocation(AdminStore& store, const LedgerEntry& entry, const base::Error& error,
                                          base::Timestamp now);

}  // namespace llmapikey
