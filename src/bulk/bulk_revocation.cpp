#include "bulk/bulk_revocation.hpp"

#include <algorithm>
#include <mutex>
#include <thread>

#include "audit/audited.hpp"
#include "base/crypto.hpp"
#include "base/plural.hpp"
#include "grant/written_text.hpp"
#include "providers/outage.hpp"

namespace llmapikey {
namespace {

constexpr int marked_per_batch = 1'000;
constexpr int replaced_max = 5;
constexpr int revocation_concurrency = 200;
constexpr int revoking_threads = 4;
constexpr int bulk_concurrency = 10;
constexpr int bulks_marked_per_pass = 1'000;
constexpr std::int64_t counted_max = 10'000'000;
constexpr base::Seconds pause_after_trouble{5};

// Works through a list with a few threads. What fails by itself is set aside; an outage ends the
// work.
class ParallelFor {
public:
    ParallelFor(const std::vector<LedgerEntry>& entries, std::stop_token stop)
        : entries_(entries), stop_(std::move(stop)) {}

    // `work` gives what became of an entry; `set_aside` is told of each that failed by itself. Both
    // must be thread-safe.
    template <class Work, class SetAside>
    void run(Work work, SetAside set_aside) {
        const int size = std::min<int>(revoking_threads, static_cast<int>(entries_.size()));
        std::vector<std::jthread> threads;
        for (int i = 1; i < size; ++i)
            threads.emplace_back([&] { take(work, set_aside); });
        take(work, set_aside);
        threads.clear();
    }
    const std::optional<base::Error>& outage() const { return outage_; }

private:
    template <class Work, class SetAside>
    void take(Work& work, SetAside& set_aside) {
        while (!has_ended_ && !stop_.stop_requested()) {
            const std::size_t i = next_++;
            if (i >= entries_.size()) return;
            const base::Result<void> done = work(entries_[i]);
            if (done) {
                watch_.note_success();
                continue;
            }
            const bool is_outage = watch_.note_failure(done.error());
            const bool is_own = !done.error().is_circuit_open && done.error().code != base::Errc::store_unavailable;
            const base::Result<void> noted = is_own ? set_aside(entries_[i], done.error()) : base::Result<void>{};
            if (!is_outage && noted) continue;
            const std::lock_guard lock(mutex_);
            has_ended_ = true;
            if (!outage_) outage_ = noted ? done.error() : noted.error();
        }
    }

    const std::vector<LedgerEntry>& entries_;
    const std::stop_token stop_;
    OutageWatch watch_;
    std::atomic<std::size_t> next_{0};
    std::atomic<bool> has_ended_{false};
    std::mutex mutex_;
    std::optional<base::Error> outage_;
};

GrantQuery every_grant() {
    GrantQuery query;
    query.without_revoking = true;
    return query;
}

base::Error expectation_failed(std::int64_t count, const std::optional<std::int64_t>& confirmed) {
    const std::string now = base::counted(count, "key is", "keys are") + " meant now";
    return {base::Errc::conflict,
            confirmed ? now + ", and " + std::to_string(*confirmed) + " were confirmed: look again, and confirm " +
                            std::to_string(count)
                      : "this means every key, and must be confirmed by their number: " + now,
            {}};
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
    TRY(audited.done(std::to_string(now->total) + " keys had been marked by then"));
    return *now;
}

// Writes down what is meant. Only of a filter whose count nobody has confirmed it has to be found
// out whether it leaves any grant out; what is made or ended between the counts does not hide that
// it does not.
base::Result<void> BulkRevoker::list_targets(BulkRevocation& bulk, const BulkSelection& selection,
                                             const std::optional<std::int64_t>& confirmed_count) {
    const bool may_let_all_through = selection.ids.empty() && !selection.is_everything && !confirmed_count;
    const auto count_all = [&] {
        return may_let_all_through ? grants_.count(every_grant(), counted_max) : base::Result<std::int64_t>(0);
    };
    const auto before = TRY(count_all());
    const auto listed = TRY(bulks_.list_targets(bulk.id, selection));
    const auto after = TRY(count_all());
    const bool lets_all_through = may_let_all_through && listed > 1 && listed >= std::min(before, after);
    if ((selection.is_everything || lets_all_through || confirmed_count) && listed != confirmed_count) {
        TRY(bulks_.drop_all_targets(bulk.id));
        return tl::unexpected(expectation_failed(listed, confirmed_count));
    }
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

// The one in force. A write that was reported as failed may have taken effect, or may yet: then it
// is in force, and said to be; else what it would mean is dropped, so that it never will be.
base::Result<BulkRevocation> BulkRevoker::decide(const BulkRevocation& bulk) {
    const auto created = bulks_.create(bulk);
    if (created) return bulk;
    const auto stored = bulks_.find(bulk.id);
    if (stored && *stored) return bulk;
    const auto dropped = stored ? bulks_.drop_all_targets(bulk.id) : base::Result<void>(tl::unexpected(stored.error()));
    if (!dropped) {
        return base::fail_in("it may have been stored all the same: look at the list of bulk revocations",
                             created.error());
    }
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
    constexpr base::Seconds second{1};
    const auto by = [](base::Timestamp time) { return std::to_string(time.time_since_epoch().count()); };
    const auto now = clock_.now();
    CountByNow counted{0, by(now - second)};
    const auto all = count(selection, most);
    const auto earlier = TRY(all ? count(selection + "&made_by=" + counted.made_by, most) : all);
    counted.count = earlier;
    if (earlier == *all) return counted;
    // Some were made in this very second, and more may be: it is counted once it is over.
    std::this_thread::sleep_for(second);
    counted.made_by = by(now);
    counted.count = TRY(count(selection + "&made_by=" + counted.made_by, most));
    return counted;
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
    ParallelFor parallel(*due, stop);
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
    const std::string revoked = std::to_string(ended->total - stuck) + " keys revoked";
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
