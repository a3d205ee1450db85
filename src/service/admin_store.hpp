#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "domain/grant.hpp"
#include "domain/hold.hpp"

namespace llmapikey::service {

// Which grants to list: newest first, by keyset, so that a deep page costs what the first one does.
struct GrantQuery {
    std::string search;  // part of a login, a whole numeric id, or a hint; empty: all
    std::optional<domain::GrantStatus> status;
    std::string cursor;  // of the page before; empty: from the newest
    int limit = 50;
};

struct GrantPage {
    std::vector<domain::Grant> grants;
    std::string next_cursor;  // empty: this is the last page
};

struct RevocationRequest {
    std::string grant_id;
    std::string actor;  // who: "github:1003", "cli:root"
    std::string reason;
    std::optional<domain::Hold> hold;  // nullopt: the person may take a key again at once
    base::Timestamp now;
};

// A grant that has ended, or is being ended. Never removed.
struct LedgerEntry {
    domain::Grant grant;  // as it was when its end began, without the sealed key
    std::string actor;
    std::string reason;
    base::Timestamp begun_at;
    std::optional<base::Timestamp> ended_at;  // nullopt: not yet revoked upstream
};

// What the organizer does with grants. Each operation is one transaction, durable when it returns. Blocking,
// thread-safe; can fail with Errc::store_unavailable like service::KeyStore.
class AdminStore {
public:
    virtual ~AdminStore() = default;

    // invalid_input: a cursor that is none of ours.
    virtual base::Result<GrantPage> list(const GrantQuery& query) = 0;
    virtual base::Result<std::optional<domain::Grant>> find_grant(const std::string& grant_id) = 0;
    // Ended grants of an account, the latest first, 100 at the most.
    virtual base::Result<std::vector<LedgerEntry>> ledger_of(domain::GithubUserId id) = 0;

    // active -> revoking, with an entry in the ledger and the hold, if any. From now on the key is shown to nobody, and
    // the intention survives everything. not_found; conflict: not active. A second begin of a grant that is being
    // revoked gives it again and changes nothing.
    virtual base::Result<domain::Grant> begin_revocation(const RevocationRequest& request) = 0;
    // After the key is gone upstream: removes the row, frees its place, closes the ledger's entry. No-op if it is done.
    virtual base::Result<void> finish_revocation(const domain::Grant& grant, base::Timestamp now) = 0;
    // Up to `limit` revocations that have begun, by id and greater than `after_id` (empty: from the first).
    virtual base::Result<std::vector<domain::Grant>> list_revoking(const std::string& after_id, int limit) = 0;

    // Replaces the account's hold; nullopt lifts it.
    virtual base::Result<void> set_hold(domain::GithubUserId id, const std::optional<domain::Hold>& hold,
                                        const std::string& actor, base::Timestamp now) = 0;
};

}  // namespace llmapikey::service
