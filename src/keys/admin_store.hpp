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
    any_row,     // whatever its status; a row in transit ends as revoked
    active_key,  // a row that is no longer active stays as it is
};

// Says why and by whom grants are ended.
struct Ending {
    std::string actor;  // "github:1003", "cli:root"
    std::string reason;
    std::optional<Hold> hold;  // nullopt: the account may take a key again at once
    base::Timestamp now;
    std::string bulk_id;  // of the bulk revocation; empty: ended singly
    EndsWhat what = EndsWhat::any_row;
};

// A grant that has ended or is being ended. Its entry is never removed.
struct LedgerEntry {
    Grant grant;  // as it was when its end began, without the sealed key
    std::string actor;
    std::string reason;
    base::Timestamp begun_at;
    std::optional<base::Timestamp> ended_at;         // nullopt: not yet revoked upstream
    std::string bulk_id;                             // empty: ended singly
    int attempts = 0;                                // failed attempts to revoke the key upstream
    std::string problem;                             // why the latest attempt failed; empty: none has
    std::optional<base::Timestamp> next_attempt_at;  // not before; nullopt: at once
};

// After this many failed attempts a revocation is stuck: it is retried ever more seldom, and shown
// to the organizer.
inline constexpr int stuck_after_attempts = 3;
inline bool is_stuck(const LedgerEntry& entry) {
    return !entry.ended_at && entry.attempts >= stuck_after_attempts;
}

inline constexpr std::chrono::minutes revocation_pause_max{10};
// Returns how long to wait before a revocation is retried that has failed `attempts` times.
base::Seconds revocation_back_off(int attempts, const base::Error& error);

struct LedgerPage {
    std::vector<LedgerEntry> entries;
    std::string next_cursor;  // empty: this is the last page
};

// Selects entries of the audit log about these accounts, between two sequence numbers (exclusive).
struct AuditQuery {
    std::vector<GithubUserId> accounts;
    std::int64_t after = 0;
    std::int64_t before = std::numeric_limits<std::int64_t>::max();
    int limit = 100;
    bool is_latest_first = false;
};

// An organizer's change of a key; nullopt: unchanged.
struct KeyChange {
    std::optional<bool> is_disabled;
    std::optional<base::MicroUsd> daily_limit;
};

// The organizer's operations on grants. Each operation is one transaction, durable when it returns.
// Blocking; thread-safe; can fail with Errc::store_unavailable as KeyStore can.
class AdminStore {
public:
    virtual ~AdminStore() = default;

    // Fails with invalid_input if the cursor is not from this list.
    virtual base::Result<GrantPage> list(const GrantQuery& query) = 0;
    // Returns how many grants match, at most `most`. Reads as many rows.
    virtual base::Result<std::int64_t> count(const GrantQuery& query, std::int64_t most) = 0;
    virtual base::Result<std::optional<Grant>> find_grant(const std::string& grant_id) = 0;
    // Lists ended grants that match the query's search and dates, latest first. Fails with
    // invalid_input as list() does.
    virtual base::Result<LedgerPage> list_ended(const GrantQuery& query) = 0;
    // Returns at most `limit` accounts that have or had a grant and match a part of the login, a
    // whole id or a hint.
    virtual base::Result<std::vector<GithubUserId>> find_accounts(const std::string& search, int limit) = 0;
    virtual base::Result<std::vector<ChainedEntry>> find_audit_entries(const AuditQuery& query) = 0;
    // Returns at most 100 ended grants of an account, latest first.
    virtual base::Result<std::vector<LedgerEntry>> ledger_of(GithubUserId id) = 0;

    // Any other status -> revoking, with an entry in the ledger. From now on the keys are shown to
    // nobody, and the intention survives a crash. The hold, if any, is also stored for grants that
    // are being revoked already; it never shortens another hold. Returns how many revocations
    // began.
    virtual base::Result<int> begin_revocations(const std::vector<std::string>& grant_ids, const Ending& ending) = 0;
    // Call this after the key is gone upstream: removes the row, frees its seat and closes the
    // ledger entry. Does nothing if that is done already, or if the attempt may still have left a
    // key (is_ending_attempt).
    virtual base::Result<void> finish_revocation(const Grant& grant, base::Timestamp now) = 0;
    // Returns up to `limit` revocations that have begun, ordered by id and greater than `after_id`
    // (empty: from the first). `bulk_id` selects those of a bulk revocation; empty: those of none;
    // nullopt: all. Attempts that may have left a key are in KeyStore::list_open_attempts instead.
    virtual base::Result<std::vector<LedgerEntry>> list_revoking(const std::string& after_id, int limit,
                                                                 const std::optional<std::string>& bulk_id) = 0;

    // Returns up to `limit` revocations that have begun and are due at `now`; those that have
    // failed come last. `bulk_id` selects those of a bulk revocation; empty: those of none, and
    // those that a finished bulk revocation has left behind.
    virtual base::Result<std::vector<LedgerEntry>> list_due_revocations(base::Timestamp now, int limit,
                                                                        const std::string& bulk_id) = 0;
    // Records that an attempt to revoke a key upstream has failed, and when to retry. Counts it if
    // `is_counted`.
    virtual base::Result<void> note_revocation_failure(const std::string& grant_id, const std::string& problem,
                                                       base::Timestamp next_attempt_at, bool is_counted) = 0;
    // Returns stuck revocations, earliest first. `bulk_id` selects those of a bulk revocation;
    // empty: all.
    virtual base::Result<std::vector<LedgerEntry>> list_stuck(int limit, const std::string& bulk_id) = 0;
    virtual base::Result<std::int64_t> count_stuck() = 0;

    // Stores the new state of the key, with `token` to show that upstream may not know it yet.
    // Fails with not_found, and with conflict if the key is not active.
    virtual base::Result<Grant> begin_change(const std::string& grant_id, const KeyChange& change,
                                             const std::string& token) = 0;
    // Records that upstream knows the change. Returns false if there is a later change by now, or
    // none.
    virtual base::Result<bool> finish_change(const std::string& grant_id, const std::string& token) = 0;
    // Returns up to `limit` changes that have begun, ordered by id and greater than `after_id`
    // (empty: from the first).
    virtual base::Result<std::vector<Grant>> list_unsynced(const std::string& after_id, int limit) = 0;

    // Finds caps that carried spending has lowered and whose day is over, and begins a change of up
    // to `limit` of them. Returns how many.
    virtual base::Result<int> begin_raises(base::Timestamp now, int limit) = 0;

    // Records since when upstream does not know these keys; nullopt: it knows them.
    virtual base::Result<void> set_missing(const std::vector<std::string>& grant_ids,
                                           std::optional<base::Timestamp> since) = 0;
    // Records when the key expires, as upstream reports it.
    virtual base::Result<void> set_expiry(const std::string& grant_id, base::Timestamp expires_at) = 0;
    // Returns grants of any status that hold one of these keys, or belong to one of the attempts
    // with these nonces. It is called for one page of upstream's list.
    virtual base::Result<std::vector<Grant>> find_known(const std::vector<std::string>& delete_handles,
                                                        const std::vector<std::string>& nonces) = 0;
    // Returns whether this key is being ended, or was ended since `since`: it may still be in a
    // list that was read before.
    virtual base::Result<bool> has_ended(const std::string& delete_handle, base::Timestamp since) = 0;
    // Returns up to `limit` active grants ordered by id and greater than `after_id` (empty: from
    // the first).
    virtual base::Result<std::vector<Grant>> list_active(const std::string& after_id, int limit) = 0;
    // Returns up to `limit` active grants that are not switched off and whose lifetime is over.
    virtual base::Result<std::vector<Grant>> list_expired(base::Timestamp now, int limit) = 0;

    // Records, for the key's owner, that an organizer has looked at the raw key. Fails with
    // not_found.
    virtual base::Result<void> note_reveal(const std::string& grant_id, const Reveal& reveal) = 0;

    // Replaces the account's hold; nullopt removes it.
    virtual base::Result<void> set_hold(GithubUserId id, const std::optional<Hold>& hold, const std::string& actor,
                                        base::Timestamp now) = 0;
};

// Records that revoking this entry's key upstream has failed, and when it is retried.
base::Result<void> note_failed_revocation(AdminStore& store, const LedgerEntry& entry, const base::Error& error,
                                          base::Timestamp now);

}  // namespace llmapikey
