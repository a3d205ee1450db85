#include "bulk/bulk_revocation.hpp"

#include <algorithm>
#include <mutex>

#include "audit/audited.hpp"
#include "base/crypto.hpp"
#include "base/plural.hpp"
#include "bulk/parallel_for.hpp"
#include "grant/written_text.hpp"

namespace llmapikey {
namespace {

constexpr int marked_per_batch = 1'000;
constexpr int replaced_max = 5;
constexpr int revocation_concurrency = 200;
constexpr int bulk_concurrency = 10;
constexpr int bulks_marked_per_pass = 1'000;
constexpr base::Seconds pause_after_trouble{5};

GrantQuery every_grant() {
    GrantQuery query;
    query.without_revoking = true;
    return query;
}

}  // namespace

std::string_view to_text(BulkState state) {
    switch (state) {
        case BulkState::selecting:
            return "selecting";
        case BulkState::revoking:
            return "revoking";
        case BulkState::done:
            return "done";
    }
    return "";
}

base::Result<std::int64_t> BulkRevoker::count_of(const BulkSelection& selection, std::int64_t most) {
    if (!selection.ids.empty()) return static_cast<std::int64_t>(selection.ids.size());
    return grants_.count(query_of(selection), most);
}

base::Result<std::int64_t> BulkRevoker::count(const std::string& selection, std::int64_t most) {
    const auto parsed = TRY(parse_bulk_selection(selection, clock_.now()));
    return count_of(parsed, most);
}

base::Result<BulkRevocation> BulkRevoker::begin(const std::string& selection, const Initiator& by,
                                                const std::string& reason, const std::optional<Hold>& hold,
                                                const std::optional<std::int64_t>& confirmed_count,
                                                const std::string& request) {
    const auto now = clock_.now();
    const auto parsed = TRY(parse_bulk_selection(selection, now));
    const auto checked_reason = TRY(check_text(reason, reason_rule));
    const auto known = TRY(decided_by(request));
    if (known) return *known;
    BulkRevocation bulk;
    bulk.id = base::random_uuid();
    bulk.request = request;
    bulk.by = by;
    bulk.reason = checked_reason;
    bulk.hold = hold;
    bulk.selection = selection;
    bulk.created_at = now;
    bulk.begins_at = parsed.ids.empty() ? now + time_to_stop_ : now;
    TRY(list_targets(bulk, parsed, confirmed_count));
    Audited audited(audit_, clock_, by, "keys.revoke", "bulk:" + bulk.id, bulk.reason + " (" + selection + ")");
    TRY(audited.begin());
    const auto decided = decide(bulk);
    if (!decided) return tl::unexpected(audited.failed(decided.error()));
    if (decided->id != bulk.id) {
        TRY(audited.done("decided already: bulk:" + decided->id));
        return *decided;
    }
    // Whoever is meant is revoked, and on hold, from the decision on, unless it can be stopped yet;
    // what fails here is done by the next run.
    if (bulk.begins_at <= now) (void)mark(bulk);
    return bulk;
}

base::Result<BulkRevocation> BulkRevoker::stop(const std::string& id, const Initiator& by) {
    const auto bulk = TRY(bulks_.find(id));
    if (!bulk) return base::fail(base::Errc::not_found, "there is no such bulk revocation");
    if (bulk->stopped_at) return *bulk;
    if (bulk->state != BulkState::selecting) {
        return base::fail(base::Errc::conflict,
                          "the revocation of all keys has started, so there is nothing left to stop");
    }
    Audited audited(audit_, clock_, by, "keys.revoke.stop", "bulk:" + id, bulk->reason);
    TRY(audited.begin());
    const auto stopped = bulks_.stop(id, by.actor, clock_.now());
    if (!stopped) return tl::unexpected(audited.failed(stopped.error()));
    const auto now = TRY(bulks_.find(id));
    if (!now || !now->stopped_at) {
        return tl::unexpected(
            audited.failed({base::Errc::conflict, "the revocation of all keys has started meanwhile", {}}));
    }
    TRY(audited.done(base::counted(now->total, "key") + " had been marked by then"));
    return *now;
}

base::Result<void> BulkRevoker::list_targets(BulkRevocation& bulk, const BulkSelection& selection,
                                             const std::optional<std::int64_t>& confirmed_count) {
    const auto listed = TRY(list_confirmed(bulks_, grants_, bulk.id, selection, every_grant(), confirmed_count));
    bulk.total = bulk.remaining = bulk.listed = listed;
    if (!bulk.hold || !selection.ids.empty() || selection.query.status) return {};
    // What is being revoked already, by an earlier decision, gets the hold of this one if that is
    // the stricter.
    BulkSelection ending = selection;
    ending.query.without_revoking = false;
    ending.query.status = GrantStatus::revoking;
    bulk.listed = TRY(bulks_.list_targets(bulk.id, ending));
    return {};
}

base::Result<BulkRevocation> BulkRevoker::decide(const BulkRevocation& bulk) {
    const auto created = bulks_.create(bulk);
    const auto is_decided = TRY(is_in_force(bulks_, bulk.id, created, "bulk revocations"));
    if (is_decided) return bulk;
    // The same request has come twice at once.
    const auto known = decided_by(bulk.request);
    if (known && *known) return **known;
    return tl::unexpected(created.error());
}

base::Result<std::optional<BulkRevocation>> BulkRevoker::decided_by(const std::string& request) {
    if (request.empty()) return std::nullopt;
    auto known = bulks_.find_request(request);
    if (!known || !*known || clock_.now() - (*known)->created_at < request_kept_for) return known;
    TRY(bulks_.forget_request((*known)->id));
    return std::nullopt;
}

base::Result<CountByNow> BulkRevoker::count_by_now(const std::string& selection, std::int64_t most) {
    return llmapikey::count_by_now(clock_,
                                   [&](const std::string& made_by) { return count(selection + made_by, most); });
}

// Of an earlier version's decision only the selection is known.
base::Result<void> BulkRevoker::list_again(const BulkRevocation& bulk) {
    auto selection = TRY(parse_bulk_selection(bulk.selection, bulk.created_at));
    selection.made_by = bulk.begins_at;
    TRY(bulks_.list_targets(bulk.id, selection));
    return bulks_.set_listed(bulk.id);
}

Ending BulkRevoker::ending_of(const BulkRevocation& bulk) const {
    return {bulk.by.actor, bulk.reason, bulk.hold, clock_.now(), bulk.id};
}

// Says how many of them, and of what has taken their places since the decision, this call has
// marked.
base::Result<int> BulkRevoker::mark_with_successors(const BulkRevocation& bulk,
                                                    const std::vector<std::string>& targets) {
    GrantQuery query;
    query.successors_of = targets;
    query.replaced_from = bulk.created_at - replica_clocks_apart_max;
    query.limit = static_cast<int>(targets.size());
    const auto successors = TRY(grants_.list(query));
    std::vector<std::string> ids = targets;
    for (const Grant& grant : successors.grants)
        ids.push_back(grant.id);
    return grants_.begin_revocations(ids, ending_of(bulk));
}

// True: there is nothing more to mark.
base::Result<bool> BulkRevoker::mark_some(const BulkRevocation& bulk) {
    TRY(bulk.is_listed ? base::Result<void>{} : list_again(bulk));
    const auto targets = TRY(bulks_.next_targets(bulk.id, marked_per_batch));
    if (targets.empty()) return true;
    // Until nothing has taken the place of what was marked.
    for (int round = 0; round < replaced_max; ++round) {
        const auto begun = TRY(mark_with_successors(bulk, targets));
        // Not in the first round: what takes a place between looking and marking is seen in the
        // second.
        if (begun == 0 && round > 0) break;
    }
    TRY(bulks_.drop_targets(bulk.id, targets));
    return targets.size() < static_cast<std::size_t>(marked_per_batch);
}

BulkRevoker::Step BulkRevoker::revoke_some(const BulkRevocation& bulk, const std::stop_token& stop) {
    const auto due = grants_.list_due_revocations(clock_.now(), revocation_concurrency, bulk.id);
    if (!due) return {due.error(), "", ""};
    // While those that have failed are left alone, their problem stays shown.
    if (due->empty()) return {std::nullopt, bulk.remaining > 0 ? bulk.problem : "", ""};
    is_busy_ = true;
    std::mutex mutex;
    std::string problem;
    OutageWatch watch;
    ParallelFor parallel(*due, watch, [&] { return stop.stop_requested(); });
    parallel.run(
        [&](const LedgerEntry& entry) {
            return revocation_.resume(entry.grant, bulk.by, entry.reason + " (bulk " + bulk.id + ")",
                                      base::Deadline::after(call_timeout_));
        },
        [&](const LedgerEntry& entry, const base::Error& error) {
            const std::lock_guard lock(mutex);
            problem = "the key of account " + entry.grant.github_user_id.text() + ": " + error.detail;
            return note_failed_revocation(grants_, entry, error, clock_.now());
        });
    return {parallel.outage(), problem.empty() && bulk.stuck > 0 ? bulk.problem : problem, problem};
}

base::Result<void> BulkRevoker::finish(const BulkRevocation& bulk) {
    const auto finished = TRY(bulks_.finish(bulk.id, clock_.now()));
    if (!finished) return {};
    TRY(bulks_.prune_targets());
    const auto ended = TRY(bulks_.find(bulk.id));
    if (!ended) return {};
    const std::int64_t stuck = ended->remaining;
    Audited audited(audit_, clock_, bulk.by, "keys.revoke", "bulk:" + bulk.id, bulk.reason);
    const std::string revoked = base::counted(ended->total - stuck, "key") + " revoked";
    return audited.done(stuck == 0 ? revoked : revoked + ", " + std::to_string(stuck) + " stuck and tried on");
}

BulkRevoker::Step BulkRevoker::mark(const BulkRevocation& bulk) {
    is_busy_ = true;
    const auto is_marked = mark_some(bulk);
    // What an earlier version took for a selection may be none: then nothing is marked, and it
    // ends.
    const bool is_none = !is_marked && is_marked.error().code == base::Errc::invalid_input;
    if (!is_marked && !is_none) return {is_marked.error(), "", ""};
    const auto finished = is_none || *is_marked ? bulks_.finish_selecting(bulk.id) : base::Result<void>{};
    if (!finished) return {finished.error(), "", ""};
    const std::string problem = is_none ? is_marked.error().detail : "";
    return {std::nullopt, problem, problem};
}

BulkRevoker::Step BulkRevoker::carry_out(const BulkRevocation& bulk, const std::stop_token& stop) {
    Step step = revoke_some(bulk, stop);
    if (step.outage) return step;
    const auto finished = finish(bulk);
    if (!finished) step.outage = finished.error();
    return step;
}

// Notes what a step came to, if that has changed; adds what has failed to `problems`.
base::Result<void> BulkRevoker::report(const BulkRevocation& bulk, const Step& step, std::string& problems) {
    const std::string& problem = step.outage ? step.outage->detail : step.problem;
    const std::string& failure = step.outage ? step.outage->detail : step.failure;
    if (!failure.empty()) problems += (problems.empty() ? "" : "; ") + ("bulk revocation " + bulk.id + ": " + failure);
    return problem == bulk.problem ? base::Result<void>{} : bulks_.set_problem(bulk.id, problem);
}

std::string BulkRevoker::run_once(const std::stop_token& stop) {
    is_busy_ = false;
    std::string problems;
    // Marking asks nothing of upstream, so no trouble there keeps a decision from being in force.
    const auto decided = bulks_.list_open(bulks_marked_per_pass);
    if (!decided) return decided.error().detail;
    for (const BulkRevocation& bulk : *decided) {
        if (stop.stop_requested()) return problems;
        if (bulk.state != BulkState::selecting || bulk.begins_at > clock_.now()) continue;
        const auto noted = report(bulk, mark(bulk), problems);
        if (!noted) return noted.error().detail;
    }
    const base::Seconds wait = not_before_ - clock_.now();
    if (wait.count() > 0 && wait <= pause_) return problems;  // longer: the clock was set back
    const auto open = bulks_.list_open(bulk_concurrency);
    if (!open) return open.error().detail;
    for (const BulkRevocation& bulk : *open) {
        if (stop.stop_requested()) return problems;
        if (bulk.state == BulkState::selecting) continue;
        const Step step = carry_out(bulk, stop);
        const auto noted = report(bulk, step, problems);
        if (!noted) return noted.error().detail;
        if (!step.outage) continue;
        is_busy_ = false;
        pause_ = std::max(step.outage->retry_after, pause_after_trouble);
        not_before_ = clock_.now() + pause_;
        return problems;
    }
    return problems;
}

}  // namespace llmapikey
