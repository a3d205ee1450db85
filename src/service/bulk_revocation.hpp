#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "service/admin_store.hpp"
#include "service/initiator.hpp"
#include "service/revocation.hpp"

namespace llmapikey::service {

enum class BulkState {
    selecting,  // grants are being marked, a few hundred at a time
    revoking,   // all are marked; they are being revoked upstream
    done,
};
std::string_view to_text(BulkState state);

// One decision to end many grants.
struct BulkRevocation {
    std::string id;
    Initiator by;
    std::string reason;
    std::optional<domain::Hold> hold;
    std::string selection;  // "ids=<uuid>,<uuid>", or fields as for parse_grant_query()
    BulkState state = BulkState::selecting;
    std::int64_t total = 0;      // grants that it ends; final when it is revoking
    std::int64_t remaining = 0;  // not yet revoked upstream
    base::Timestamp created_at;  // grants made later are not meant
    std::optional<base::Timestamp> ended_at;
    std::string problem;  // why it does not go on just now; empty: it does
};

// Blocking, thread-safe; can fail with Errc::store_unavailable.
class BulkStore {
public:
    virtual ~BulkStore() = default;
    virtual base::Result<void> create(const BulkRevocation& bulk) = 0;
    virtual base::Result<std::optional<BulkRevocation>> find(const std::string& id) = 0;
    virtual base::Result<std::vector<BulkRevocation>> list_latest(int limit) = 0;
    // Those that are not done, the oldest first.
    virtual base::Result<std::vector<BulkRevocation>> list_open(int limit) = 0;
    // selecting -> revoking, and counts what it has marked.
    virtual base::Result<void> finish_selecting(const std::string& id) = 0;
    // revoking -> done, if nothing remains. Whether this call did it.
    virtual base::Result<bool> finish(const std::string& id, base::Timestamp now) = 0;
    virtual base::Result<void> set_problem(const std::string& id, const std::string& problem) = 0;
};

// A selection of these fields (name and value), and one of these ids.
std::string selection_text(const std::vector<std::pair<std::string, std::string>>& fields);
std::string selection_of_ids(const std::vector<std::string>& grant_ids);
// The fields of a selection, for parse_grant_query() and the ids.
FieldReader fields_of_selection(const std::string& selection);

// Carries bulk revocations out, a step at a time, and goes on after whatever interrupted it. The upstream is asked by a
// few threads at once; when it says to slow down, all of them wait. Blocking.
class BulkRevoker {
public:
    BulkRevoker(BulkStore& bulks, AdminStore& grants, Revocation& revocation, AuditLog& audit, const base::Clock& clock,
                base::Seconds call_timeout)
        : bulks_(bulks),
          grants_(grants),
          revocation_(revocation),
          audit_(audit),
          clock_(clock),
          call_timeout_(call_timeout) {}

    // Stores the decision; run_once() does the rest. invalid_input: the selection makes no sense.
    base::Result<BulkRevocation> begin(const std::string& selection, const Initiator& by, const std::string& reason,
                                       const std::optional<domain::Hold>& hold);
    // How many grants a selection means now, `most` at the most. invalid_input: it makes no sense.
    base::Result<std::int64_t> count(const std::string& selection, std::int64_t most);

    // A step of every open one: marks some, revokes some. Gives what went wrong, for the log; empty: nothing. When told
    // to stop it ends after the calls that are under way.
    std::string run_once(const std::stop_token& stop);
    // Whether there is more to do at once.
    bool is_busy() const { return is_busy_; }

private:
    base::Result<bool> mark_some(const BulkRevocation& bulk);
    base::Result<void> revoke_some(const BulkRevocation& bulk, const std::stop_token& stop);
    base::Result<void> advance(const BulkRevocation& bulk, const std::stop_token& stop);

    BulkStore& bulks_;
    AdminStore& grants_;
    Revocation& revocation_;
    AuditLog& audit_;
    const base::Clock& clock_;
    const base::Seconds call_timeout_;
    std::atomic<bool> is_busy_{false};
    base::Timestamp not_before_;
};

}  // namespace llmapikey::service
