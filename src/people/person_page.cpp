#include "people/person_page.hpp"

#include "activity/activity_page.hpp"
#include "base/encoding.hpp"
#include "grant/written_text.hpp"
#include "http/answers/api_answer.hpp"
#include "http/answers/error_response.hpp"
#include "http/answers/result_text.hpp"
#include "http/answers/shown_values.hpp"
#include "http/form.hpp"
#include "identity/login.hpp"
#include "keys/issue_answer.hpp"
#include "keys/key_fields.hpp"
#include "ops/log.hpp"
#include "people/key_row.hpp"
#include "people/person_row.hpp"
#include "spending/day_chart.hpp"

namespace llmapikey {
namespace {

constexpr ResultText results[] = {{"people-removed", "This person is removed from the organizer's list.", true}};

net::Response to_account(const std::string& account_id, std::string_view result) {
    return redirect(303, "/admin/people/" + account_id + "?result=" + std::string(result));
}

KeyOutcome outcome_of(const base::Error& error, KeyOutcome where_stored) {
    switch (error.code) {
        case base::Errc::not_found:
            return KeyOutcome::gone;
        case base::Errc::conflict:
            return KeyOutcome::busy;
        case base::Errc::upstream_down:
        case base::Errc::upstream_refused:
        case base::Errc::rate_limited:
        case base::Errc::misconfigured:
            return where_stored;
        default:
            return KeyOutcome::action_failed;
    }
}

net::Response answer_outcome(const Context& context, const std::string& account_id, KeyOutcome outcome,
                             base::Errc cause = base::Errc::internal) {
    const KeyOutcomeRow& row = row_of(outcome);
    if (!context.wants_json()) return to_account(account_id, row.word);
    const int http_status = row.http_status != 0 ? row.http_status : status_of(cause);
    return status_answer(http_status, row.word, with_provider(row.console_text, context.shared.settings.provider.name));
}

// A page shows the form again, with what was typed; programs get the outcome.
net::Response refuse_form(const PersonPage& self, const Context& context, const Grant& grant, KeyOutcome outcome,
                          RefusedForm refused) {
    if (context.wants_json()) return answer_outcome(context, grant.github_user_id.text(), outcome);
    refused.problem = row_of(outcome).console_text;
    if (holds_raw_key(refused.reason)) refused.reason.clear();  // no page repeats a key
    return self.show_refused(context, grant.github_user_id, std::move(refused));
}

net::Response refuse_mint(const PersonPage& self, const Context& context, const std::string& why) {
    if (context.wants_json()) return error_response(context, 400, {}, {"Bad request", why + ".", "", "", ""});
    return self.people.show_with(context, "No key was made. " + why + ".", PeoplePage::At::mint_form);
}

base::Result<void> show_expected(const PersonPage& self, const Context& context, const ExpectedPerson& person,
                                 PersonView& view) {
    const auto names = TRY(names_of_actors(self.people.activity, {person.added_by}, context));
    view.expected_id = person.id;
    view.expected_name = person.name;
    view.expected_since = minute_text(person.added_at);
    view.expected_by = who_did(person.added_by, names);
    if (view.login.empty()) view.login = person.login;
    return {};
}

// What the list says of this person, too.
void show_person(const Person& person, base::Timestamp now, PersonView& view) {
    PersonRow row = person_row(person, now);
    view.badges = std::move(row.badges);
    view.spent = std::move(row.spent);
    if (view.key && !view.badges.empty()) view.key->status = view.badges.front().text;
    view.is_unclaimed = state_of(person, now) == PersonState::not_claimed;
}

constexpr int days_shown = 30;
constexpr int acts_shown = 10;

base::Result<void> show_spending(const PersonPage& self, GithubUserId id, const std::optional<Grant>& grant,
                                 PersonView& view) {
    const base::Timestamp now = self.clock.now();
    const auto spent = TRY(self.spending.days(Seat{id}, now - std::chrono::days{days_shown - 1}));
    const auto days = last_days(spent, days_shown, now);
    const base::MicroUsd sum = sum_of(days);
    if (sum.value == 0) return {};
    const auto cap = grant ? std::optional(daily_cap_line(grant->daily_limit)) : std::nullopt;
    view.spent_of_month = base::to_money(sum);
    view.days = day_chart(money_words("Spent per day"), days, cap);
    return {};
}

base::Result<void> show_history(const PersonPage& self, const Context& context, GithubUserId id, PersonView& view) {
    ActQuery query;
    query.people = {{id}};
    query.limit = acts_shown + 1;
    auto acts = TRY(self.people.activity.acts(query));
    view.has_older_acts = acts.size() > acts_shown;
    if (view.has_older_acts) acts.resize(acts_shown);
    view.acts = TRY(rows_of(self.people.activity, acts, context));
    return {};
}

// Somebody on the organizer's list whose account is not known yet.
net::Response show_unresolved(const PersonPage& self, const Context& context) {
    const auto expected = self.roster_store.find_by_id(std::string(context.path_id));
    if (!expected) return error_response(context, expected.error());
    if (!*expected) return error_response(context, 404);
    if ((*expected)->github_user_id) return redirect(303, "/admin/people/" + (*expected)->github_user_id->text());
    PersonView view;
    view.frame = make_frame(context);
    const auto shown = show_expected(self, context, **expected, view);
    if (!shown) return error_response(context, shown.error());
    view.unresolved_why =
        (*expected)->problem.empty() ? "GitHub has not said yet whose login this is" : (*expected)->problem;
    return html_response(200, render(view));
}

// The key that the path names, and the fields of the form. read_asked() returns an error answer if
// there is none.
struct Asked {
    Grant grant;
    RequestFields fields;
};
tl::expected<Asked, net::Response> read_asked(const PersonPage& self, const Context& context) {
    const std::string id(context.path_id);
    if (!base::is_uuid(id)) return tl::unexpected(error_response(context, 404));
    auto fields = RequestFields::read(context.request);
    if (!fields) return tl::unexpected(error_response(context, 400));
    auto grant = self.admin_store.find_grant(id);
    if (!grant) return tl::unexpected(error_response(context, grant.error()));
    if (!*grant) return tl::unexpected(error_response(context, 404));
    return Asked{std::move(**grant), std::move(*fields)};
}

}  // namespace

namespace {

void show_key(const Grant& grant, bool are_keys_made, PersonView& view) {
    view.key = key_row(grant);
    view.attempt = attempt_text(grant, are_keys_made, view.frame.provider.name);
    view.is_missing = view.key->is_active && grant.missing_since;
    view.cap_typed = base::to_display(grant.daily_limit);
    if (view.key->is_active) view.grant_id = grant.id;
    if (view.key->can_be_revoked) view.revocable_id = grant.id;
    view.is_disabled = grant.is_disabled;
    view.is_unsynced = !grant.unsynced.empty();
    view.can_reveal = !grant.sealed_key.empty();
    if (grant.reveal) view.revealed_at = minute_text(grant.reveal->at);
    if (grant.reveal) view.reveal_reason = grant.reveal->reason;
}

void show_hold(const Hold& hold, PersonView& view) {
    view.is_on_hold = true;
    view.hold_reason = hold.reason;
    if (hold.until) view.hold_until = minute_text(*hold.until);
}

base::Result<void> show_ended(const PersonPage& self, const Context& context, const std::vector<LedgerEntry>& ledger,
                              GithubUserId id, PersonView& view) {
    std::set<std::string> actors;
    for (const LedgerEntry& entry : ledger)
        actors.insert(entry.actor);
    const auto names = TRY(names_of_actors(self.people.activity, actors, context));
    for (const LedgerEntry& entry : ledger) {
        std::string ended_at = entry.ended_at ? minute_text(*entry.ended_at) : "under way";
        if (is_stuck(entry)) {
            ended_at = "stuck: " + entry.problem;
            if (entry.next_attempt_at) ended_at += "; next attempt at " + minute_text(*entry.next_attempt_at);
        }
        view.ended.push_back({id.text(), entry.grant.github_username, "…" + entry.grant.key_hint,
                              date_text(entry.grant.created_at), std::move(ended_at), who_did(entry.actor, names),
                              entry.reason});
        if (view.login.empty()) view.login = entry.grant.github_username;
    }
    return {};
}

// Everything that is known of an account.
base::Result<PersonView> view_of(const PersonPage& self, const Context& context, GithubUserId id) {
    const base::Timestamp now = self.clock.now();
    const auto account = TRY(self.store.find_account(Seat{id}));
    const auto ledger = TRY(self.admin_store.ledger_of(id));
    PersonView view;
    view.frame = make_frame(context);
    view.account_id = id.text();
    if (account.grant) show_key(*account.grant, self.people.terms.known().is_enabled, view);
    if (account.hold && is_in_force(*account.hold, now)) show_hold(*account.hold, view);
    TRY(show_ended(self, context, ledger, id, view));
    if (account.grant) view.login = account.grant->github_username;
    const auto expected = TRY(self.roster_store.find(id));
    if (expected) {
        TRY(show_expected(self, context, *expected, view));
    }
    const auto person = TRY(self.people.people.find(id, now));
    if (person) show_person(*person, now, view);
    TRY(show_spending(self, id, account.grant, view));
    TRY(show_history(self, context, id, view));
    if (is_login(view.login)) view.profile_url = context.shared.settings.github_url + "/" + view.login;
    return view;
}

}  // namespace

net::Response PersonPage::show(const Context& context) const {
    if (base::is_uuid(context.path_id)) return show_unresolved(*this, context);
    const auto id = GithubUserId::parse(context.path_id);
    if (!id) return error_response(context, 404);
    auto view = view_of(*this, context, *id);
    if (!view) return error_response(context, view.error());
    show_key_outcome(context, view->notice_good, view->notice_bad);
    if (view->notice_good.empty()) show_result(context, results, view->notice_good, view->notice_bad);
    const bool is_found = Form(context.request.query).value("result") == "found-key";
    if (is_found && view->key && view->key->is_active) view->leaked_id = view->revocable_id;
    return html_response(200, render(*view));
}

net::Response PersonPage::show_refused(const Context& context, GithubUserId id, RefusedForm refused) const {
    auto view = view_of(*this, context, id);
    if (!view) return error_response(context, view.error());
    view->notice_bad = "Nothing was changed. What is wrong stands at the field below.";
    view->refused = std::move(refused);
    return html_response(400, render(*view));
}

net::Response PersonPage::mint(const Context& context) const {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return error_response(context, 400);
    const auto id = GithubUserId::parse(base::trim(fields->text("github_user_id")));
    const std::string login(without_at(base::trim(fields->text("github_username"))));
    if (!id) return refuse_mint(*this, context, "The account id must be a whole number, such as 583231");
    if (!login.empty() && !is_login(login)) return refuse_mint(*this, context, "This is not a valid GitHub login");
    const auto answer = administration.mint(terms, *id, login, context.initiator());
    if (!answer && answer.error().code == base::Errc::not_found)
        return answer_outcome(context, id->text(), KeyOutcome::no_account);
    if (!answer) return error_response(context, answer.error());
    if (context.wants_json()) return issue_json(*answer, ShowKey::no, context.shared.settings.provider.name);
    return to_account(id->text(), row_of(*answer).word);
}

net::Response PersonPage::revoke(const Context& context) const {
    const auto asked = read_asked(*this, context);
    if (!asked) return asked.error();
    const std::string account_id = asked->grant.github_user_id.text();
    const auto why = reason_and_hold_of(asked->fields, clock.now());
    if (!why)
        return refuse_form(*this, context, asked->grant, KeyOutcome::no_reason,
                           {"revoke", "", asked->fields.text("reason"), "", asked->fields.text("hold")});
    const auto revoked = revocation.revoke(asked->grant.id, context.initiator(), why->reason, why->hold,
                                           base::Deadline::after(context.shared.settings.upstream_timeout));
    if (revoked && is_ending_attempt(*revoked))
        return answer_outcome(context, account_id, KeyOutcome::revoked_while_made);
    if (revoked) return answer_outcome(context, account_id, KeyOutcome::revoked);
    ops::log(ops::LogLevel::error, "revoking a key: " + revoked.error().detail);
    return answer_outcome(context, account_id, outcome_of(revoked.error(), KeyOutcome::revocation_begun),
                          revoked.error().code);
}

net::Response PersonPage::change(const Context& context) const {
    const auto asked = read_asked(*this, context);
    if (!asked) return asked.error();
    const std::string account_id = asked->grant.github_user_id.text();
    const auto change = change_of(asked->fields);
    const bool is_empty = change && !change->is_disabled && !change->daily_limit;
    const auto reason = check_text(asked->fields.text("reason"), optional_reason_rule);
    const RefusedForm typed{asked->fields.has("disabled") ? "switch" : "cap", "", asked->fields.text("reason"),
                            asked->fields.text("daily_limit_usd"), ""};
    if (!reason) return refuse_form(*this, context, asked->grant, KeyOutcome::bad_reason, typed);
    if (!change || is_empty) return refuse_form(*this, context, asked->grant, KeyOutcome::bad_change, typed);
    const auto changed = administration.change(asked->grant.id, *change, *reason, context.initiator());
    if (changed) return answer_outcome(context, account_id, KeyOutcome::changed);
    ops::log(ops::LogLevel::error, "changing a key: " + changed.error().detail);
    return answer_outcome(context, account_id, outcome_of(changed.error(), KeyOutcome::change_noted),
                          changed.error().code);
}

net::Response PersonPage::reveal(const Context& context) const {
    const auto asked = read_asked(*this, context);
    if (!asked) return asked.error();
    const std::string account_id = asked->grant.github_user_id.text();
    const auto reason = reason_of(asked->fields);
    if (!reason)
        return refuse_form(*this, context, asked->grant, KeyOutcome::no_reason,
                           {"reveal", "", asked->fields.text("reason"), "", ""});
    const auto raw_key = administration.reveal(asked->grant.id, *reason, context.initiator());
    if (!raw_key && raw_key.error().code == base::Errc::not_found)
        return answer_outcome(context, account_id, KeyOutcome::never_kept);
    if (!raw_key && raw_key.error().code == base::Errc::misconfigured) {
        return error_response(
            context, 502, {},
            {"The key cannot be shown", "The service cannot show the key: " + raw_key.error().detail + ".", "",
             "/admin/people/" + account_id, "Back to the person"});
    }
    if (!raw_key) return error_response(context, raw_key.error());
    RevealView view{make_frame(context), account_id, raw_key->reveal()};
    return html_response(200, render(view));
}

net::Response PersonPage::remove(const Context& context) const {
    const auto expected = roster_store.find_by_id(std::string(context.path_id));
    if (!expected) return error_response(context, expected.error());
    if (!*expected) return error_response(context, 404);
    const auto removed = roster.remove(**expected, context.initiator());
    if (!removed) return error_response(context, removed.error());
    if (context.wants_json()) return status_answer(200, "people-removed", results[0].text);
    const auto& account = (*expected)->github_user_id;
    return redirect(303, "/admin/people" + (account ? "/" + account->text() : "") + "?result=people-removed");
}

net::Response PersonPage::lift_hold(const Context& context) const {
    const auto id = GithubUserId::parse(context.path_id);
    if (!id) return error_response(context, 404);
    const auto lifted = administration.set_hold(*id, std::nullopt, context.initiator());
    if (!lifted) return error_response(context, lifted.error());
    return answer_outcome(context, id->text(), KeyOutcome::hold_lifted);
}

}  // namespace llmapikey
