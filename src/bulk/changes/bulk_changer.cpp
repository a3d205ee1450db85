#include "bulk/changes/bulk_changer.hpp"

#include <algorithm>
#include <mutex>

#include "audit/audited.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "base/plural.hpp"
#include "base/system/crash_point.hpp"
#include "bulk/parallel_for.hpp"
#include "bulk/selection_words.hpp"
#include "grant/written_text.hpp"

namespace llmapikey {
namespace {

constexpr int changes_per_run = 50;
constexpr int keys_per_step = 40;
constexpr base::Seconds pause_after_trouble{5};
constexpr base::Seconds back_off_in_trouble{10};  // of one key
constexpr base::Seconds prune_every{std::chrono::hours{1}};
constexpr base::Seconds request_kept_for{std::chrono::hours{24}};

const std::string paused_problem = "new keys are paused, and no key is ended that could not be replaced";
const std::string braked_problem = "keys cannot be made just now, and no key is ended that could not be replaced";

std::string action_of(ChangeAct act) {
    return "keys." + std::string(to_text(act));
}

// The same request has the same id, so that it decides once.
std::string id_of(const std::string& request) {
    if (request.empty()) return base::random_uuid();
    const std::string hex = base::to_hex(base::sha256(request).substr(0, 16));
    return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-8" + hex.substr(13, 3) + "-a" + hex.substr(17, 3) + "-" +
           hex.substr(20, 12);
}

base::Result<BulkSelection> read_selection(const std::string& selection, base::Timestamp now) {
    auto parsed = TRY(parse_bulk_selection(selection, now));
    if (!parsed.query.status || parsed.query.status == GrantStatus::active) return parsed;
    return base::fail(base::Errc::invalid_input, "only active keys can be changed: leave out this state");
}

std::string counts_text(const BulkChange& change) {
    std::string text = base::counted(change.done, "key") + " done";
    if (change.skipped > 0) text += ", " + std::to_string(change.skipped) + " skipped";
    if (change.failed > 0) text += ", " + std::to_string(change.failed) + " failed";
    return text;
}

std::string intent_of(const BulkChange& change, const BulkSelection& selection) {
    const std::string cap = change.cap ? "cap " + base::to_cap(*change.cap) + " a day: " : "";
    return cap + change.reason + " (" + in_words(selection) + ")";
}

}  // namespace

// One run of run_once().
struct BulkChanger::Run {
    const std::stop_token& stop;
    const base::Deadline end = base::Deadline::after(run_max);
    OutageWatch watch = {};
    std::optional<bool> is_paused = {};      // nullopt: nobody has asked
    std::optional<base::Error> outage = {};  // of everybody's
    std::string failure = {};

    bool is_over() const { return stop.stop_requested() || end.has_passed(); }
};

base::Result<BulkChange> BulkChanger::find(const std::string& id) {
    auto found = TRY(parts_.changes.find(id));
    if (!found) return base::fail(base::Errc::not_found, "there is no such bulk change");
    return *std::move(found);
}

base::Result<std::int64_t> BulkChanger::count(const std::string& selection, std::int64_t most) {
    const auto parsed = TRY(read_selection(selection, parts_.clock.now()));
    return parts_.grants.count(changeable(parsed), most);
}

base::Result<CountByNow> BulkChanger::count_by_now(const std::string& selection, std::int64_t most) {
    return llmapikey::count_by_now(parts_.clock,
                                   [&](const std::string& made_by) { return count(selection + made_by, most); });
}

base::Result<BulkChange> BulkChanger::begin(BulkChange change, const std::optional<std::int64_t>& confirmed_count,
                                            const std::string& request) {
    const auto now = parts_.clock.now();
    const auto selection = TRY(read_selection(change.selection, now));
    change.reason = TRY(check_text(change.reason, reason_rule));
    if (change.cap.has_value() != (change.act == ChangeAct::cap))
        return base::fail(base::Errc::invalid_input, "daily_limit_usd is needed for the act cap, and for no other one");
    change.id = id_of(request);
    auto known = TRY(parts_.changes.find(change.id));
    if (known && now - known->created_at < request_kept_for) return *std::move(known);
    if (known) change.id = base::random_uuid();
    change.created_at = now;
    change.begins_at = selection.ids.empty() ? now + time_to_stop_ : now;
    change.total =
        TRY(list_confirmed(parts_.changes, parts_.grants, change.id, selection, changeable({}), confirmed_count));
    Audited audited(parts_.audit, parts_.clock, change.by, action_of(change.act), "bulk:" + change.id,
                    intent_of(change, selection));
    TRY(audited.begin());
    const auto head = parts_.audit.head();
    if (!head) return tl::unexpected(audited.failed(head.error()));
    change.decided_after = head->sequence;
    const auto created = parts_.changes.create(change);
    const auto is_decided = is_in_force(parts_.changes, change.id, created, "bulk changes");
    if (!is_decided) return tl::unexpected(audited.failed(is_decided.error()));
    if (!*is_decided) return tl::unexpected(audited.failed(created.error()));
    return find(change.id);
}

base::Result<BulkChange> BulkChanger::stop(const std::string& id, const Initiator& by) {
    const auto change = TRY(find(id));
    if (change.stopped_at) return change;
    const base::Error late{base::Errc::conflict, "all keys are done, so there is nothing left to stop", {}};
    if (change.is_done) return tl::unexpected(late);
    Audited audited(parts_.audit, parts_.clock, by, "keys.change.stop", "bulk:" + id, change.reason);
    TRY(audited.begin());
    const auto stopped = parts_.changes.stop(id, by.actor, parts_.clock.now());
    if (!stopped) return tl::unexpected(audited.failed(stopped.error()));
    // What fails here is done by the next run.
    (void)parts_.changes.skip_rest(id, std::string(stopped_before));
    const auto now = TRY(find(id));
    if (!now.stopped_at) return tl::unexpected(audited.failed(late));
    TRY(audited.done(std::to_string(now.done) + " of " + base::counted(now.total, "key") + " done by then"));
    return now;
}

base::Result<BulkChange> BulkChanger::retry(const std::string& id, const Initiator& by) {
    const auto change = TRY(find(id));
    if (change.stopped_at)
        return base::fail(base::Errc::conflict, "it was stopped: choose the keys again, and decide anew");
    // Keys wait in one that is done if an earlier call was interrupted.
    if (change.failed == 0 && (!change.is_done || change.waiting() == 0))
        return base::fail(base::Errc::conflict, "no key has failed, so there is nothing to try again");
    Audited audited(parts_.audit, parts_.clock, by, "keys.change.retry", "bulk:" + id, change.reason);
    TRY(audited.begin());
    const auto retried = parts_.changes.retry(id, parts_.clock.now());
    if (!retried) return tl::unexpected(audited.failed(retried.error()));
    const auto now = TRY(find(id));
    if (now.is_done)
        return tl::unexpected(
            audited.failed({base::Errc::conflict, "its keys are forgotten: choose them again, and decide anew", {}}));
    TRY(audited.done(base::counted(change.failed, "key") + " tried again"));
    return now;
}

base::Result<void> BulkChanger::note_failure(const BulkChange& change, ChangeTarget target, const base::Error& error) {
    const auto now = parts_.clock.now();
    target.why = error.detail;
    target.begun_at = target.begun_at.value_or(now);
    // What is wrong with the management key is not the key's fault.
    const bool is_own = !is_everybodys(error) && error.code != base::Errc::misconfigured;
    target.next_at = now + std::max(back_off_in_trouble, error.retry_after);
    if (!is_own) return parts_.changes.postpone(change.id, target);
    ++target.tries;
    target.next_at = now + revocation_back_off(target.tries, error);
    if (target.tries < tries_max) return parts_.changes.postpone(change.id, target);
    target.state = TargetState::failed;
    return parts_.changes.settle(change.id, target);
}

// Whether the target has its final state now.
base::Result<bool> BulkChanger::work(const BulkChange& change, const ChangeTarget& target) {
    const auto now = parts_.clock.now();
    const auto claimed = TRY(parts_.changes.claim(change.id, target, now, now + lease(parts_.call_timeout)));
    if (!claimed) return false;
    base::crash_point("change.claimed");
    ChangeOutcome outcome = worker_.work(change, target);
    base::crash_point("change.acted");
    if (outcome.error) {
        TRY(note_failure(change, target, *outcome.error));
        return tl::unexpected(*std::move(outcome.error));
    }
    ChangeTarget settled = target;
    settled.state = outcome.state;
    settled.why = std::move(outcome.why);
    if (settled.state != TargetState::waiting) {
        TRY(parts_.changes.settle(change.id, settled));
        return true;
    }
    // Nothing is begun of what waits for others.
    settled.next_at = now + pause_after_trouble;
    TRY(parts_.changes.postpone(change.id, settled));
    return false;
}

// While no keys are made, none is ended for another one. Empty: it need not wait.
base::Result<std::string> BulkChanger::why_it_waits(Run& run, const BulkChange& change) {
    if (change.act != ChangeAct::replace || change.stopped_at) return std::string();
    if (!run.is_paused) run.is_paused = TRY(worker_.is_paused());
    if (*run.is_paused) return paused_problem;
    const auto is_braked = TRY(worker_.is_braked(change));
    return is_braked ? braked_problem : std::string();
}

// The end is recorded first: killed in between, it is recorded twice, and not never.
base::Result<void> BulkChanger::finish(const BulkChange& change) {
    const auto now = TRY(find(change.id));
    if (now.is_done || now.waiting() > 0) return {};
    Audited audited(parts_.audit, parts_.clock, change.by, action_of(change.act), "bulk:" + change.id, change.reason);
    TRY(audited.done(counts_text(now)));
    TRY(parts_.changes.finish(change.id, parts_.clock.now()));
    return {};
}

base::Result<void> BulkChanger::prune_if_due() {
    const auto now = parts_.clock.now();
    if (pruned_at_ && now >= *pruned_at_ && now - *pruned_at_ < prune_every) return {};
    pruned_at_ = now;
    return parts_.changes.prune_targets(now - targets_kept_for);
}

// An outage that may be this change's alone ends its step, and the next one goes on.
base::Result<void> BulkChanger::step(Run& run, const BulkChange& change) {
    if (change.stopped_at) {
        TRY(parts_.changes.skip_rest(change.id, std::string(stopped_before)));
    }
    const auto targets = TRY(parts_.changes.due_targets(change.id, parts_.clock.now(), keys_per_step));
    auto problem = targets.empty() ? std::string() : TRY(why_it_waits(run, change));
    std::atomic<std::ptrdiff_t> settled{0};
    if (problem.empty()) {
        ParallelFor parallel(targets, run.watch, [&] { return run.is_over(); });
        parallel.run(
            [&](const ChangeTarget& target) -> base::Result<void> {
                const auto is_settled = TRY(work(change, target));
                settled += is_settled ? 1 : 0;
                return {};
            },
            [](const ChangeTarget&, const base::Error&) { return base::Result<void>{}; });
        const auto& outage = parallel.outage();
        if (outage) problem = run.failure = outage->detail;
        if (outage && is_everybodys(*outage)) run.outage = *outage;
        is_busy_ = is_busy_ || (settled > 0 && !outage);
    }
    // Otherwise some go on to wait, or there are more.
    if (settled == std::ssize(targets) && settled < keys_per_step) {
        TRY(finish(change));
    }
    return problem == change.problem ? base::Result<void>{} : parts_.changes.set_problem(change.id, problem);
}

std::string BulkChanger::run_once(const std::stop_token& stop) {
    is_busy_ = false;
    const base::Seconds wait = not_before_ - parts_.clock.now();
    if (wait.count() > 0 && wait <= pause_) return "";  // longer: the clock was set back
    Run run{stop};
    const auto pruned = prune_if_due();
    if (!pruned) run.failure = "forgetting the keys of old bulk changes: " + pruned.error().detail;
    const auto due = parts_.changes.list_due(parts_.clock.now(), served_, changes_per_run);
    if (!due) return due.error().detail;
    for (const BulkChange& change : *due) {
        if (run.is_over()) break;
        served_ = {change.created_at, change.decided_after, change.id};
        const auto stepped = step(run, change);
        if (!stepped) run.failure = "bulk change " + change.id + ": " + stepped.error().detail;
        if (run.outage) break;
    }
    if (!run.outage) return run.failure;
    is_busy_ = false;
    pause_ = std::max(run.outage->retry_after, pause_after_trouble);
    not_before_ = parts_.clock.now() + pause_;
    return run.failure;
}

}  // namespace llmapikey
