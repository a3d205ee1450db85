#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "bulk/bulk_decision.hpp"
#include "identity/initiator.hpp"
#include "keys/admin_store.hpp"
#include "keys/revocation.hpp"

namespace llmapikey {

enum class BulkState {
    selecting,  // grants are being marked, a few hundred at a time
    revoking,   // all are marked; they are being revoked upstream
    done,
};
std::string_view to_text(BulkState state);

// A selection by filter begins so long after the decision, at the latest.
inline constexpr std::chrono::minutes time_to_stop_max{10};

// One decision to end many grants.
struct BulkRevocation {
    std::string id;
    Initiator by;
    std::string reason;
    std::optional<Hold> hold;
    std::string selection;  // as for parse_bulk_selection()
    BulkState state = BulkState::selecting;
    std::int64_t total = 0;      // grants that it ends: as listed, then as marked
    std::int64_t listed = 0;     // when it is created: its targets, with those that are being revoked already
    std::int64_t remaining = 0;  // not yet revoked upstream
    std::int64_t stuck = 0;      // of these: tried in vain, and tried on
    base::Timestamp created_at;  // of the decision
    base::Timestamp begins_at;   // nothing is marked before, and it can be stopped
    bool is_listed = true;       // what it means is written down; false: an earlier version has decided
    std::optional<base::Timestamp> ended_at;
    std::optional<base::Timestamp> stopped_at;  // somebody has stopped it: what was not marked by then is not meant
    std::string stopped_by;
    std::string request;  // that is to decide once, when it is created; empty: any
    std::string problem;  // why it does not go on just now, or why some keys are stuck; empty: all is well
};

// Blocking, thread-safe; can fail with Errc::store_unavailable.
class BulkStore : public BulkTargets {
public:
    // Decides, on what is written down: exactly `listed` targets, else store_unavailable. Twice is
    // once.
    virtual base::Result<void> create(const BulkRevocation& bulk) = 0;
    // The one that this request has decided; and takes it from that one, so that it may decide
    // anew.
    virtual base::Result<std::optional<BulkRevocation>> find_request(const std::string& request) = 0;
    virtual base::Result<void> forget_request(const std::string& id) = 0;
    virtual base::Result<void> set_listed(const std::string& id) = 0;
    virtual base::Result<std::vector<std::string>> next_targets(const std::string& id, int limit) = 0;
    virtual base::Result<void> drop_targets(const std::string& id, const std::vector<std::string>& grant_ids) = 0;
    // Those of bulk revocations that mark nothing more, or were never decided.
    virtual base::Result<void> prune_targets() = 0;
    virtual base::Result<std::optional<BulkRevocation>> find(const std::string& id) = 0;
    virtual base::Result<std::vector<BulkRevocation>> list_latest(int limit) = 0;
    // Those that are not done, the oldest first.
    virtual base::Result<std::vector<BulkRevocation>> list_open(int limit) = 0;
    // selecting -> revoking, and counts what it has marked.
    virtual base::Result<void> finish_selecting(const std::string& id) = 0;
    // selecting -> revoking before all are marked: from now on no further grant is. Whether this
    // call did it.
    virtual base::Result<bool> stop(const std::string& id, const std::string& actor, base::Timestamp now) = 0;
    // revoking -> done, if nothing remains but what is stuck. Whether this call did it.
    virtual base::Result<bool> finish(const std::string& id, base::Timestamp now) = 0;
    virtual base::Result<void> set_problem(const std::string& id, const std::string& problem) = 0;
};

// Carries bulk revocations out, a step at a time, and goes on after whatever interrupted it. The
// upstream is asked by a few threads at once; when it says to slow down, all of them wait.
// Blocking.
class BulkRevoker {
public:
    static constexpr base::Seconds request_kept_for{std::chrono::hours{24}};

    // `time_to_stop`: so long after the decision a selection by filter begins.
    BulkRevoker(BulkStore& bulks, AdminStore& grants, Revocation& revocation, AuditLog& audit, const base::Clock& clock,
                base::Seconds call_timeout, base::Seconds time_to_stop = {})
        : bulks_(bulks),
          grants_(grants),
          revocation_(revocation),
          audit_(audit),
          clock_(clock),
          call_timeout_(call_timeout),
          time_to_stop_(time_to_stop) {}

    // Stores the decision, with the grants that it means: whatever becomes of them later, those are
    // ended, or what has taken their place, and no others. run_once() does the rest.
    // `confirmed_count`: how many grants the caller was told that the selection means; one that
    // means every grant, of several, needs it. `request`: one that may come again, and decides once
    // within request_kept_for; empty: any. invalid_input: the selection or the reason makes no
    // sense. conflict: the selection means another number now, or the number is missing; the
    // message says how many.
    base::Result<BulkRevocation> begin(const std::string& selection, const Initiator& by, const std::string& reason,
                                       const std::optional<Hold>& hold,
                                       const std::optional<std::int64_t>& confirmed_count = std::nullopt,
                                       const std::string& request = {});
    // How many grants a selection means now, `most` at the most. invalid_input: it makes no sense.
    base::Result<std::int64_t> count(const std::string& selection, std::int64_t most);
    // Likewise of a selection for somebody who is to confirm it, as llmapikey::count_by_now().
    base::Result<CountByNow> count_by_now(const std::string& selection, std::int64_t most);
    // Leaves the grants that are not marked yet as they are; those that are marked go on.
    // not_found; conflict: all of them are marked already.
    base::Result<BulkRevocation> stop(const std::string& id, const Initiator& by);

    // A step of every open one: marks some, revokes some. Gives what went wrong, for the log;
    // empty: nothing. When told to stop it ends after the calls that are under way.
    std::string run_once(const std::stop_token& stop);
    // Whether there is more to do at once.
    bool is_busy() const { return is_busy_; }

private:
    // What a step came to.
    struct Step {
        std::optional<base::Error> outage;  // nothing else would fare better just now
        std::string problem;                // to be shown: of single keys, which are tried again by themselves
        std::string failure;                // what has failed just now; empty: nothing
    };
    base::Result<std::int64_t> count_of(const BulkSelection& selection, std::int64_t most);
    base::Result<bool> mark_some(const BulkRevocation& bulk);
    Step revoke_some(const BulkRevocation& bulk, const std::stop_token& stop);
    Step mark(const BulkRevocation& bulk);
    Step carry_out(const BulkRevocation& bulk, const std::stop_token& stop);
    base::Result<void> report(const BulkRevocation& bulk, const Step& step, std::string& problems);
    base::Result<void> finish(const BulkRevocation& bulk);
    base::Result<void> list_targets(BulkRevocation& bulk, const BulkSelection& selection,
                                    const std::optional<std::int64_t>& confirmed_count);
    base::Result<BulkRevocation> decide(const BulkRevocation& bulk);
    base::Result<std::optional<BulkRevocation>> decided_by(const std::string& request);
    base::Result<void> list_again(const BulkRevocation& bulk);
    base::Result<int> mark_with_successors(const BulkRevocation& bulk, const std::vector<std::string>& targets);
    Ending ending_of(const BulkRevocation& bulk) const;

    BulkStore& bulks_;
    AdminStore& grants_;
    Revocation& revocation_;
    AuditLog& audit_;
    const base::Clock& clock_;
    const base::Seconds call_timeout_;
    const base::Seconds time_to_stop_;
    std::atomic<bool> is_busy_{false};
    base::Timestamp not_before_;
    base::Seconds pause_{0};  // that ends then
};

}  // namespace llmapikey
