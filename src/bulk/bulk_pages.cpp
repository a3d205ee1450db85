#include "bulk/bulk_pages.hpp"

#include <algorithm>
#include <set>

#include "activity/activity_page.hpp"
#include "base/encoding.hpp"
#include "base/plural.hpp"
#include "bulk/bulk_fields.hpp"
#include "bulk/bulk_views.hpp"
#include "bulk/selection_words.hpp"
#include "http/answers/api_answer.hpp"
#include "http/answers/error_response.hpp"
#include "http/answers/result_text.hpp"
#include "http/answers/shown_values.hpp"
#include "http/form.hpp"
#include "keys/key_fields.hpp"

namespace llmapikey {
namespace {

constexpr ResultText results[] = {
    {"stopped",
     "The bulk revocation is stopped: no more keys are revoked. Keys whose revocation had started are ended.", true},
    {"too-late", "The revocation of all keys has started, so there is nothing left to stop.", false},
};

constexpr int bulks_shown = 50;
constexpr int stuck_shown = 50;

// What stopping it came to. Keys that had been marked by then are ended, and the count of those
// still grows.
std::string stopped_text(const BulkRevocation& bulk, const ActNames& names) {
    if (!bulk.stopped_at) return {};
    const std::string when =
        "Stopped at " + minute_text(*bulk.stopped_at) + " by " + who_did(bulk.stopped_by, names) + ": ";
    const std::int64_t done = bulk.total - bulk.remaining;
    if (bulk.remaining > 0)
        return when + std::to_string(done) + " of the " + base::counted(bulk.total, "key") +
               " whose revocation had started by then are revoked so far. All others keep working.";
    return when + (done == 0 ? "no key was" : base::counted(done, "key was", "keys were")) +
           " revoked. All others keep working.";
}

std::string outcome_text(const BulkRevocation& bulk) {
    if (bulk.state != BulkState::done || bulk.stopped_at || bulk.remaining > 0) return {};
    if (bulk.total == 0) return "There were no matching keys any more, so none was revoked.";
    return bulk.total == 1 ? "The key is revoked." : "All " + std::to_string(bulk.total) + " keys are revoked.";
}

BulkRow row_of(const BulkRevocation& bulk, const ActNames& names) {
    BulkRow row;
    row.id = bulk.id;
    row.state = std::string(to_text(bulk.state));
    row.created_at = minute_text(bulk.created_at);
    row.ended_at = bulk.ended_at ? minute_text(*bulk.ended_at) : "not yet";
    row.actor = who_did(bulk.by.actor, names);
    row.reason = bulk.reason;
    row.total = std::to_string(bulk.total);
    row.done = std::to_string(std::max<std::int64_t>(bulk.total - bulk.remaining, 0));
    if (bulk.stuck > 0) row.stuck = std::to_string(bulk.stuck);
    if (bulk.stopped_at) row.state = bulk.state == BulkState::done ? "stopped" : row.state + ", stopped";
    row.stopped = stopped_text(bulk, names);
    row.outcome = outcome_text(bulk);
    row.has_keys = bulk.total > 0;
    const auto selection = parse_bulk_selection(bulk.selection, bulk.created_at);
    row.selection = selection ? in_words(*selection) : bulk.selection;
    return row;
}

net::Response refuse_selection(const Context& context, const base::Error& error) {
    BulkConfirmView view;
    view.frame = make_frame(context);
    view.keys.count = "no keys";
    view.problem = "These keys cannot be revoked: " + error.detail + ".";
    return html_response(400, render(view));
}

// The keys that are meant, and the form that ends them. `mistake`: what is wrong with the form as
// it was sent; empty: nothing.
net::Response show_form(const BulkPages& self, const Context& context, const FieldReader& field,
                        std::vector<std::string> ids, std::string mistake) {
    BulkConfirmView view;
    view.frame = make_frame(context);
    view.keys = meant_keys(field, std::move(ids));
    view.mistake = std::move(mistake);
    view.reason = field("reason");
    const std::string selection = selection_of(view.keys);
    const auto parsed = parse_bulk_selection(selection, self.clock.now());
    if (!parsed) return refuse_selection(context, parsed.error());
    const auto counted = self.bulk_revoker.count_by_now(selection, counted_max);
    if (!counted) return error_response(context, counted.error());
    GrantQuery query = parsed->query;
    query.ids = parsed->ids;
    const auto described = describe(view.keys, *parsed, query, *counted, self.admin_store);
    if (!described) return error_response(context, described.error());
    if (counted->count == 0) view.problem = "There are no matching keys, so there is nothing to revoke.";
    return html_response(view.problem.empty() && view.mistake.empty() ? 200 : 400, render(view));
}

net::Response ask_to_choose(const BulkPages& self, const Context& context) {
    return self.people.show_with(
        context,
        "Nothing was revoked, because nobody was chosen. Choose people in the list, or choose all that match a "
        "search.");
}

// The number of keys is another than the one that was shown: they are shown again before anything
// is done.
net::Response ask_again(const Context& context, const RequestFields& fields, const base::Error& error) {
    return error_response(context, 409, {},
                          {"Check the keys again", "Nothing was revoked: " + error.detail + ".",
                           "Look at the keys that match now, and confirm again.",
                           "/admin/revocations/new?" + selection_shown(fields), "To the matching keys"});
}

}  // namespace

net::Response BulkPages::confirm(const Context& context) const {
    const Form fields(context.request.query);
    const auto field = [&](std::string_view name) { return fields.value(name); };
    const auto ids = fields.values("ids");
    if (selection_of(meant_keys(field, ids)).empty()) return ask_to_choose(*this, context);
    return show_form(*this, context, field, ids, {});
}

net::Response BulkPages::begin(const Context& context) const {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return error_response(context, 400);
    const auto selection = selection_of(*fields);
    if (!selection) return refuse_selection(context, selection.error());
    const auto why = reason_and_hold_of(*fields, clock.now());
    const auto confirmed = confirmed_count_of(*fields);
    if (!why || !confirmed) {
        const std::string mistake =
            "Nothing was revoked: " + (why ? confirmed.error().detail : why.error().detail) + ".";
        return show_form(
            *this, context, [&](std::string_view name) { return fields->text(name); }, fields->texts("ids"), mistake);
    }
    const auto bulk = bulk_revoker.begin(*selection, context.initiator(), why->reason, why->hold, *confirmed);
    if (bulk) return redirect(303, "/admin/revocations/" + bulk->id);
    if (bulk.error().code == base::Errc::conflict) return ask_again(context, *fields, bulk.error());
    return error_response(context, bulk.error());
}

net::Response BulkPages::stop(const Context& context) const {
    const std::string id(context.path_id);
    const auto stopped = bulk_revoker.stop(id, context.initiator());
    const bool is_late = !stopped && stopped.error().code == base::Errc::conflict;
    if (!stopped && !is_late) return error_response(context, stopped.error());
    if (context.wants_json())
        return status_answer(is_late ? 409 : 200, is_late ? "too-late" : "stopped",
                             is_late ? stopped.error().detail : "");
    return redirect(303, "/admin/revocations/" + id + "?result=" + (is_late ? "too-late" : "stopped"));
}

net::Response BulkPages::progress(const Context& context) const {
    const auto bulk = bulk_store.find(std::string(context.path_id));
    if (!bulk) return error_response(context, bulk.error());
    if (!*bulk) return error_response(context, 404);
    const auto stuck = admin_store.list_stuck(stuck_shown, (*bulk)->id);
    if (!stuck) return error_response(context, stuck.error());
    const auto names = names_of_actors(people.activity, {(*bulk)->by.actor, (*bulk)->stopped_by}, context);
    if (!names) return error_response(context, names.error());
    BulkProgressView view;
    view.frame = make_frame(context);
    view.bulk = row_of(**bulk, *names);
    view.is_done = (*bulk)->state == BulkState::done;
    view.is_selecting = (*bulk)->state == BulkState::selecting;
    view.is_to_begin = view.is_selecting && (*bulk)->begins_at > clock.now();
    if (!view.is_done || (*bulk)->stuck > 0) view.problem = (*bulk)->problem;
    for (const LedgerEntry& entry : *stuck) {
        view.stuck.push_back({entry.grant.github_user_id.text(), entry.grant.github_username, entry.problem,
                              entry.next_attempt_at ? minute_text(*entry.next_attempt_at) : "at once"});
    }
    show_result(context, results, view.notice_good, view.notice_bad);
    return html_response(200, render(view));
}

net::Response BulkPages::list(const Context& context) const {
    const auto bulks = bulk_store.list_latest(bulks_shown);
    if (!bulks) return error_response(context, bulks.error());
    std::set<std::string> actors;
    for (const BulkRevocation& bulk : *bulks)
        actors.insert({bulk.by.actor, bulk.stopped_by});
    const auto names = names_of_actors(people.activity, actors, context);
    if (!names) return error_response(context, names.error());
    BulkListView view;
    view.frame = make_frame(context);
    for (const BulkRevocation& bulk : *bulks)
        view.bulks.push_back(row_of(bulk, *names));
    return html_response(200, render(view));
}

}  // namespace llmapikey
