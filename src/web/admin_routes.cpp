#include "base/encoding.hpp"
#include "domain/login.hpp"
#include "domain/written_text.hpp"
#include "ops/log.hpp"
#include "web/admin_page.hpp"
#include "web/api_answer.hpp"
#include "web/bulk_selection.hpp"
#include "web/error_response.hpp"
#include "web/form.hpp"
#include "web/issue_answer.hpp"
#include "web/routes.hpp"

// The console: the list of keys, and what is done to one key or account.
namespace llmapikey::web {
namespace {

constexpr int keys_per_page = 50;
constexpr int ended_beside_search = 20;

net::Response to_account(const std::string& account_id, std::string_view result) {
    return redirect(303, "/admin/accounts/" + account_id + "?result=" + std::string(result));
}

// What an action came to: the word for pages, and the status for programs.
struct Outcome {
    std::string_view word;
    int status;
};
Outcome outcome_of(const base::Error& error, std::string_view stored) {
    switch (error.code) {
        case base::Errc::not_found:
            return {"gone", 404};
        case base::Errc::conflict:
            return {"busy", 409};
        case base::Errc::upstream_down:
        case base::Errc::upstream_refused:
        case base::Errc::rate_limited:
        case base::Errc::misconfigured:
            return {stored, 202};
        default:
            return {"failed", status_of(error.code)};
    }
}

net::Response answer_outcome(const Context& context, const std::string& account_id, Outcome outcome) {
    if (!context.wants_json()) return to_account(account_id, outcome.word);
    const ResultText* text = result_text(outcome.word);
    return status_answer(outcome.status, outcome.word, text != nullptr ? text->text : "");
}

net::Response refuse_mint(const Services& services, const Context& context, const std::string& why) {
    if (context.wants_json()) return error_response(services, context, 400, {}, {"Bad request", why + ".", "", "", ""});
    return show_list(services, context, Form(""), "No key was made. " + why + ".");
}

// The key that the path names, and the fields of the form; an answer if there is none.
struct Asked {
    domain::Grant grant;
    RequestFields fields;
};
tl::expected<Asked, net::Response> read_asked(const Services& services, const Context& context) {
    const std::string id(context.path_id);
    if (!base::is_uuid(id)) return tl::unexpected(error_response(services, context, 404));
    auto fields = RequestFields::read(context.request);
    if (!fields) return tl::unexpected(error_response(services, context, 400));
    auto grant = services.admin_store.find_grant(id);
    if (!grant) return tl::unexpected(error_response(services, context, grant.error()));
    if (!*grant) return tl::unexpected(error_response(services, context, 404));
    return Asked{std::move(**grant), std::move(*fields)};
}

void show_filters(const Form& fields, views::AdminListView& view) {
    view.search = std::string(base::trim(fields.value("q")));
    view.state = fields.value("state");
    view.sort = fields.value("sort");
    view.expires_within = fields.value("expires_within");
    view.from = fields.value("from");
    view.to = fields.value("to");
    view.not_used_since = fields.value("not_used_since");
    view.is_unused = !fields.value("unused").empty();
}

base::Result<service::GrantPage> list_keys(const Services& services, const Form& fields, views::AdminListView& view) {
    // "status" is what the state was called before.
    const auto field = [&](std::string_view name) {
        return name == "state" && !fields.has("state") ? fields.value("status") : fields.value(name);
    };
    auto query = service::parse_grant_query(field, services.clock.now());
    if (!query) {
        view.problem = "That search makes no sense: " + query.error().detail + ".";
        query = service::GrantQuery{};
        query->now = services.clock.now();
    } else {
        auto shown = filters_of(field);
        view.is_filtered = !shown.empty();
        if (!view.sort.empty()) shown.emplace_back("sort", view.sort);
        view.filter = service::selection_text(shown);
    }
    query->cursor = fields.value("page");
    query->limit = keys_per_page;
    if (query->is_ended) return service::GrantPage{};
    auto page = services.admin_store.list(*query);
    if (page || page.error().code != base::Errc::invalid_input) return page;
    if (view.problem.empty()) view.problem = "That page does not exist; this is the first one.";
    query->cursor.clear();
    return services.admin_store.list(*query);
}

// Ended keys: those that are asked for, or the first few that fit what is searched for, so that somebody whose key was
// revoked is found by the login.
base::Result<void> show_ended(const Services& services, const Form& fields, views::AdminListView& view) {
    const bool is_asked_for = view.state == "ended";
    if (!view.problem.empty() || (!is_asked_for && (view.search.empty() || !view.state.empty()))) return {};
    auto query =
        service::parse_grant_query([&](std::string_view name) { return fields.value(name); }, services.clock.now());
    if (!query) return {};
    query->limit = is_asked_for ? keys_per_page : ended_beside_search;
    if (is_asked_for) query->cursor = fields.value("page");
    auto page = services.admin_store.list_ended(*query);
    if (!page && page.error().code == base::Errc::invalid_input) {
        view.problem = "That page does not exist; this is the first one.";
        query->cursor.clear();
        page = services.admin_store.list_ended(*query);
    }
    if (!page) return tl::unexpected(page.error());
    for (const service::LedgerEntry& entry : page->entries) {
        view.ended.push_back({entry.grant.github_user_id.text(), entry.grant.github_username,
                              "…" + entry.grant.key_hint, date_text(entry.grant.created_at),
                              entry.ended_at ? minute_text(*entry.ended_at) : "under way", entry.actor, entry.reason});
    }
    if (is_asked_for && !page->next_cursor.empty())
        view.next_path = "/admin?" + view.filter + (view.filter.empty() ? "" : "&") + "page=" + page->next_cursor;
    return {};
}

}  // namespace

net::Response admin_list(const Services& services, const Context& context) {
    return show_list(services, context, Form(context.request.query), {});
}

net::Response show_list(const Services& services, const Context& context, const Form& fields, std::string problem) {
    views::AdminListView view;
    view.frame = make_frame(services, context);
    show_result(context, view.notice_good, view.notice_bad);
    show_filters(fields, view);
    const auto page = list_keys(services, fields, view);
    if (!page) return error_response(services, context, page.error());
    const auto ended = show_ended(services, fields, view);
    if (!ended) return error_response(services, context, ended.error());
    if (!problem.empty()) view.problem = std::move(problem);
    const auto totals = services.store.totals();
    if (!totals) return error_response(services, context, totals.error());
    view.live = std::to_string(totals->live);
    const auto limit = services.issuance.policy().max_total_keys;
    if (limit > 0) view.limit = std::to_string(limit);
    for (const domain::Grant& grant : page->grants) {
        view.keys.push_back(key_row(grant, services.clock.now()));
        view.has_choices = view.has_choices || view.keys.back().can_be_revoked;
    }
    if (!page->next_cursor.empty())
        view.next_path = "/admin?" + view.filter + (view.filter.empty() ? "" : "&") + "page=" + page->next_cursor;
    if (domain::GithubUserId::parse(view.search)) view.searched_account = view.search;
    return html_response(view.problem.empty() ? 200 : 400, views::render(view));
}

net::Response admin_account(const Services& services, const Context& context) {
    const auto id = domain::GithubUserId::parse(context.path_id);
    if (!id) return error_response(services, context, 404);
    const auto account = services.store.find_account(*id);
    if (!account) return error_response(services, context, account.error());
    const auto ledger = services.admin_store.ledger_of(*id);
    if (!ledger) return error_response(services, context, ledger.error());
    views::AdminAccountView view;
    view.frame = make_frame(services, context);
    view.account_id = id->text();
    if (account->grant) {
        const domain::Grant& grant = *account->grant;
        view.key = key_row(grant, services.clock.now());
        if (view.key->is_active) view.grant_id = grant.id;
        if (view.key->can_be_revoked) view.revocable_id = grant.id;
        view.is_disabled = grant.is_disabled;
        view.is_unsynced = !grant.unsynced.empty();
        view.can_reveal = !grant.sealed_key.empty();
        if (grant.reveal) view.revealed_at = minute_text(grant.reveal->at);
        if (grant.reveal) view.reveal_reason = grant.reveal->reason;
    }
    if (account->hold && domain::is_in_force(*account->hold, services.clock.now())) {
        view.is_on_hold = true;
        view.hold_reason = account->hold->reason;
        if (account->hold->until) view.hold_until = minute_text(*account->hold->until);
    }
    for (const service::LedgerEntry& entry : *ledger) {
        std::string ended_at = entry.ended_at ? minute_text(*entry.ended_at) : "under way";
        if (service::is_stuck(entry)) {
            ended_at = "stuck: " + entry.problem;
            if (entry.next_attempt_at) ended_at += "; tried again at " + minute_text(*entry.next_attempt_at);
        }
        view.ended.push_back({id->text(), entry.grant.github_username, "…" + entry.grant.key_hint,
                              date_text(entry.grant.created_at), std::move(ended_at), entry.actor, entry.reason});
        if (view.login.empty()) view.login = entry.grant.github_username;
    }
    if (account->grant) view.login = account->grant->github_username;
    show_result(context, view.notice_good, view.notice_bad);
    return html_response(200, views::render(view));
}

net::Response admin_mint(const Services& services, const Context& context) {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return error_response(services, context, 400);
    const auto id = domain::GithubUserId::parse(base::trim(fields->text("github_user_id")));
    const std::string login(domain::without_at(base::trim(fields->text("github_username"))));
    if (!id) return refuse_mint(services, context, "The account id must be a whole number, such as 583231");
    if (!login.empty() && !domain::is_login(login))
        return refuse_mint(services, context, "The login cannot be one of GitHub's");
    const auto answer = services.administration.mint(*id, login, context.initiator());
    if (!answer && answer.error().code == base::Errc::not_found)
        return answer_outcome(context, id->text(), {"no-account", 404});
    if (!answer) return error_response(services, context, answer.error());
    const IssueWording wording = wording_of(*answer);
    if (context.wants_json()) return issue_json(wording, &*answer, ShowKey::no, answer->error.retry_after);
    const std::string_view unnoticed = wording.http_status == 202 ? "in-progress" : wording.status;
    return to_account(id->text(), wording.notice.empty() ? unnoticed : wording.notice);
}

net::Response admin_revoke(const Services& services, const Context& context) {
    const auto asked = read_asked(services, context);
    if (!asked) return asked.error();
    const std::string account_id = asked->grant.github_user_id.text();
    const auto why = reason_and_hold_of(asked->fields, services.clock.now());
    if (!why) return answer_outcome(context, account_id, {"no-reason", 400});
    const auto revoked = services.revocation.revoke(asked->grant.id, context.initiator(), why->reason, why->hold,
                                                    base::Deadline::after(services.settings.upstream_timeout));
    if (revoked && domain::is_ending_attempt(*revoked)) return answer_outcome(context, account_id, {"ending", 202});
    if (revoked) return answer_outcome(context, account_id, {"revoked", 200});
    ops::log(ops::LogLevel::error, "revoking a key: " + revoked.error().detail);
    return answer_outcome(context, account_id, outcome_of(revoked.error(), "begun"));
}

net::Response admin_change(const Services& services, const Context& context) {
    const auto asked = read_asked(services, context);
    if (!asked) return asked.error();
    const std::string account_id = asked->grant.github_user_id.text();
    const auto change = change_of(asked->fields);
    const bool is_empty = change && !change->is_disabled && !change->daily_limit;
    const auto reason = domain::check_text(asked->fields.text("reason"), domain::optional_reason_rule);
    if (!reason) return answer_outcome(context, account_id, {"bad-reason", 400});
    if (!change || is_empty) return answer_outcome(context, account_id, {"bad-change", 400});
    const auto changed = services.administration.change(asked->grant.id, *change, *reason, context.initiator());
    if (changed) return answer_outcome(context, account_id, {"changed", 200});
    ops::log(ops::LogLevel::error, "changing a key: " + changed.error().detail);
    return answer_outcome(context, account_id, outcome_of(changed.error(), "noted"));
}

net::Response admin_reveal(const Services& services, const Context& context) {
    const auto asked = read_asked(services, context);
    if (!asked) return asked.error();
    const std::string account_id = asked->grant.github_user_id.text();
    const auto reason = reason_of(asked->fields);
    if (!reason) return answer_outcome(context, account_id, {"no-reason", 400});
    const auto raw_key = services.administration.reveal(asked->grant.id, *reason, context.initiator());
    if (!raw_key && raw_key.error().code == base::Errc::not_found)
        return answer_outcome(context, account_id, {"never-kept", 404});
    if (!raw_key && raw_key.error().code == base::Errc::misconfigured) {
        return error_response(services, context, 502, {},
                              {"The key cannot be shown", "The reason: " + raw_key.error().detail + ".", "",
                               "/admin/accounts/" + account_id, "Back to the account"});
    }
    if (!raw_key) return error_response(services, context, raw_key.error());
    views::AdminRevealView view{make_frame(services, context), account_id, raw_key->reveal()};
    return html_response(200, views::render(view));
}

net::Response admin_lift_hold(const Services& services, const Context& context) {
    const auto id = domain::GithubUserId::parse(context.path_id);
    if (!id) return error_response(services, context, 404);
    const auto lifted = services.administration.set_hold(*id, std::nullopt, context.initiator());
    if (!lifted) return error_response(services, context, lifted.error());
    return answer_outcome(context, id->text(), {"lifted", 200});
}

}  // namespace llmapikey::web
