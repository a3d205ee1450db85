#include "bulk/changes/change_pages.hpp"

#include <set>

#include "activity/activity_page.hpp"
#include "base/encoding.hpp"
#include "bulk/bulk_fields.hpp"
#include "bulk/changes/change_fields.hpp"
#include "bulk/changes/change_views.hpp"
#include "bulk/changes/change_words.hpp"
#include "bulk/selection_words.hpp"
#include "http/answers/api_answer.hpp"
#include "http/answers/error_response.hpp"
#include "http/answers/result_text.hpp"
#include "http/answers/shown_values.hpp"
#include "http/form.hpp"

namespace llmapikey {
namespace {

constexpr ResultText results[] = {
    {"stopped", "The bulk change is stopped: no further key is begun.", true},
    {"too-late", "All keys are done, so there is nothing left to stop.", false},
    {"retried", "The keys that had failed are tried again.", true},
    {"not-retried", "There is nothing that can be tried again.", false},
};

constexpr int changes_shown = 50;
constexpr int targets_shown = 100;

std::string state_of(const BulkChange& change) {
    if (change.stopped_at) return change.is_done ? "stopped" : "stopping";
    return change.is_done ? "done" : "working";
}

std::string number_if_any(std::int64_t number) {
    return number > 0 ? std::to_string(number) : "";
}

ChangeRow row_of(const BulkChange& change, const ActNames& names) {
    ChangeRow row;
    row.id = change.id;
    row.title = title_of(change);
    row.state = state_of(change);
    row.created_at = minute_text(change.created_at);
    row.ended_at = change.ended_at ? minute_text(*change.ended_at) : "not yet";
    row.actor = who_did(change.by.actor, names);
    row.reason = change.reason;
    row.total = std::to_string(change.total);
    row.done = std::to_string(change.done);
    row.settled = std::to_string(change.total - change.waiting());
    row.skipped = number_if_any(change.skipped);
    row.failed = number_if_any(change.failed);
    const auto selection = parse_bulk_selection(change.selection, change.created_at);
    row.selection = selection ? in_words(*selection) : change.selection;
    return row;
}

ChangeConfirmView view_of(const Context& context, const FieldReader& field) {
    ChangeConfirmView view;
    view.frame = make_frame(context);
    view.is_paused = view.frame.is_paused;
    view.act = field("act");
    const auto act = parse_change_act(view.act);
    view.demand = act ? words_of(*act).demand : "Change";
    view.cap = field("daily_limit_usd");
    view.reason = field("reason");
    view.keys.count = "no keys";
    return view;
}

// The keys that are meant, and the form that decides. `mistake`: what is wrong with the form as it
// was sent; empty: nothing.
net::Response show_form(const ChangePages& self, const Context& context, const FieldReader& field,
                        std::vector<std::string> ids, std::string mistake) {
    ChangeConfirmView view = view_of(context, field);
    const auto refuse = [&](const base::Error& error) {
        view.problem = "These keys cannot be changed: " + error.detail + ".";
        return html_response(400, render(view));
    };
    const auto act = act_of(view.act);
    if (!act) return refuse(act.error());
    view.mistake = std::move(mistake);
    view.keys = meant_keys(field, std::move(ids));
    const std::string selection = selection_of(view.keys);
    const auto parsed = parse_bulk_selection(selection, self.clock.now());
    if (!parsed) return refuse(parsed.error());
    const auto counted = self.bulk_changer.count_by_now(selection, counted_max);
    if (!counted && counted.error().code == base::Errc::invalid_input) return refuse(counted.error());
    if (!counted) return error_response(context, counted.error());
    const auto described = describe(view.keys, *parsed, changeable(*parsed), *counted, self.admin_store);
    if (!described) return error_response(context, described.error());
    if (counted->count == 0) view.problem = "Nobody who matches has a key, so there is nothing to change.";
    return html_response(view.problem.empty() && view.mistake.empty() ? 200 : 400, render(view));
}

// The number of keys is another than the one that was shown: they are shown again before anything
// is done.
net::Response ask_again(const Context& context, const RequestFields& fields, const base::Error& error) {
    const std::string act = base::to_query_string({{"act", fields.text("act")}});
    return error_response(context, 409, {},
                          {"Check the keys again", "Nothing was changed: " + error.detail + ".",
                           "Look at the keys that match now, and confirm again.",
                           "/admin/changes/new?" + act + "&" + selection_shown(fields), "To the matching keys"});
}

// Answers a stop or a retry. `word` names the result if it was done, `late` if it was too late.
net::Response answer(const Context& context, const base::Result<BulkChange>& changed, std::string_view word,
                     std::string_view late) {
    const bool is_late = !changed && changed.error().code == base::Errc::conflict;
    if (!changed && !is_late) return error_response(context, changed.error());
    const std::string_view result = is_late ? late : word;
    if (context.wants_json()) return status_answer(is_late ? 409 : 200, result, is_late ? changed.error().detail : "");
    return redirect(303, "/admin/changes/" + std::string(context.path_id) + "?result=" + std::string(result));
}

void show_targets(const std::vector<ChangeTarget>& targets, ChangeProgressView& view) {
    view.has_more_targets = view.has_more_targets || targets.size() == targets_shown;
    for (const ChangeTarget& target : targets) {
        const bool is_tried = target.state == TargetState::waiting;
        view.targets.push_back({target.account.text(), target.login,
                                is_tried ? "is tried again" : std::string(to_text(target.state)), target.why});
    }
}

}  // namespace

net::Response ChangePages::confirm(const Context& context) const {
    const Form fields(context.request.query);
    const auto field = [&](std::string_view name) { return fields.value(name); };
    const auto ids = fields.values("ids");
    if (!selection_of(meant_keys(field, ids)).empty()) return show_form(*this, context, field, ids, {});
    return people.show_with(
        context,
        "Nothing was changed, because nobody was chosen. Choose people in the list, or choose all that match a "
        "search.");
}

net::Response ChangePages::begin(const Context& context) const {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return error_response(context, 400);
    const auto wanted = change_of(*fields, context.initiator());
    const auto confirmed = confirmed_count_of(*fields);
    const auto change = !wanted      ? base::Result<BulkChange>(tl::unexpected(wanted.error()))
                        : !confirmed ? base::Result<BulkChange>(tl::unexpected(confirmed.error()))
                                     : bulk_changer.begin(*wanted, *confirmed);
    if (change) return redirect(303, "/admin/changes/" + change->id);
    if (change.error().code == base::Errc::conflict) return ask_again(context, *fields, change.error());
    if (change.error().code != base::Errc::invalid_input) return error_response(context, change.error());
    return show_form(
        *this, context, [&](std::string_view name) { return fields->text(name); }, fields->texts("ids"),
        "Nothing was changed: " + change.error().detail + ".");
}

net::Response ChangePages::stop(const Context& context) const {
    return answer(context, bulk_changer.stop(std::string(context.path_id), context.initiator()), "stopped", "too-late");
}

net::Response ChangePages::retry(const Context& context) const {
    return answer(context, bulk_changer.retry(std::string(context.path_id), context.initiator()), "retried",
                  "not-retried");
}

net::Response ChangePages::progress(const Context& context) const {
    const auto found = change_store.find(std::string(context.path_id));
    if (!found) return error_response(context, found.error());
    if (!*found) return error_response(context, 404);
    const BulkChange& change = **found;
    const auto left = change_store.list_left(change.id, targets_shown);
    if (!left) return error_response(context, left.error());
    const auto tried = change_store.list_tried(change.id, targets_shown);
    if (!tried) return error_response(context, tried.error());
    const auto done = change_store.list_done(change.id, targets_shown);
    if (!done) return error_response(context, done.error());
    const auto names = names_of_actors(people.activity, {change.by.actor, change.stopped_by}, context);
    if (!names) return error_response(context, names.error());
    ChangeProgressView view;
    view.frame = make_frame(context);
    view.change = row_of(change, *names);
    view.is_done = change.is_done;
    view.is_replacement = change.act == ChangeAct::replace;
    view.is_to_begin = !change.is_done && change.begins_at > clock.now();
    view.heading = change.is_done ? words_of(change.act).name : words_of(change.act).doing;
    view.outcome = outcome_of(change);
    view.has_failed = change.failed > 0;
    if (change.stopped_at)
        view.stopped =
            "Stopped at " + minute_text(*change.stopped_at) + " by " + who_did(change.stopped_by, *names) + ".";
    view.problem = change.problem;
    view.can_be_stopped = !change.is_done && !change.stopped_at;
    view.can_be_retried = change.failed > 0 && !change.stopped_at && !left->empty();
    for (const ChangeTarget& target : *done)
        view.changed.push_back({target.account.text(), target.login, "", ""});
    view.has_more_changed = done->size() == targets_shown;
    show_targets(*left, view);
    show_targets(*tried, view);
    show_result(context, results, view.notice_good, view.notice_bad);
    return html_response(200, render(view));
}

net::Response ChangePages::list(const Context& context) const {
    const auto changes = change_store.list_latest(changes_shown);
    if (!changes) return error_response(context, changes.error());
    std::set<std::string> actors;
    for (const BulkChange& change : *changes)
        actors.insert(change.by.actor);
    const auto names = names_of_actors(people.activity, actors, context);
    if (!names) return error_response(context, names.error());
    ChangeListView view;
    view.frame = make_frame(context);
    for (const BulkChange& change : *changes)
        view.changes.push_back(row_of(change, *names));
    return html_response(200, render(view));
}

}  // namespace llmapikey
