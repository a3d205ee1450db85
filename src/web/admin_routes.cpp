#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/encoding.hpp"
#include "ops/log.hpp"
#include "web/error_response.hpp"
#include "web/form.hpp"
#include "web/issue_answer.hpp"
#include "web/routes.hpp"
#include "web/views/admin_views.hpp"

namespace llmapikey::web {
namespace {

constexpr int keys_per_page = 50;
constexpr std::int64_t entries_per_page = 100;
constexpr std::size_t max_reason_bytes = 500;
constexpr std::size_t max_login_bytes = 100;

std::string actor_of(const Context& context) {
    return "github:" + context.session->recipient.id.text();
}

std::string to_date(base::Timestamp time) {
    return base::to_rfc3339(time).substr(0, 10);
}
std::string to_minute(base::Timestamp time) {
    return base::to_rfc3339(time).substr(0, 10) + " " + base::to_rfc3339(time).substr(11, 5) + " UTC";
}

std::string mask(const std::string& hint) {
    return hint.empty() ? "none yet" : "…" + hint;
}

views::KeyRow row_of(const domain::Grant& grant) {
    return {grant.github_user_id.text(),
            grant.github_username,
            std::string(domain::to_text(grant.status)),
            mask(grant.key_hint),
            base::to_display(grant.daily_limit),
            to_date(grant.created_at),
            to_date(grant.expires_at)};
}

// A field of a form, or of a JSON object where the client sends one.
std::string field_of(const Context& context, std::string_view name) {
    const net::Request& request = context.request;
    if (!request.header("content-type").starts_with("application/json")) return Form(request.body).value(name);
    boost::system::error_code ec;
    const auto parsed = boost::json::parse(request.body, ec);
    if (ec || !parsed.is_object()) return "";
    const auto* value = parsed.get_object().if_contains(name);
    if (value == nullptr) return "";
    if (value->is_string()) return std::string(value->get_string());
    return value->is_int64() ? std::to_string(value->get_int64()) : "";
}

std::string path_with(const std::string& search, const std::string& status, const std::string& cursor) {
    return "/admin?q=" + base::to_percent_encoded(search) + "&status=" + status + "&page=" + cursor;
}

net::Response to_account(const std::string& account_id, std::string_view result) {
    return redirect(303, "/admin/accounts/" + account_id + "?result=" + std::string(result));
}

net::Response json_answer(int status, std::string_view word, std::string_view message) {
    boost::json::object body{{"status", word}, {"message", message}};
    return uncached_response(status, "application/json", boost::json::serialize(body));
}

struct ResultText {
    std::string_view result, text;
    bool is_good;
};
constexpr ResultText results[] = {
    {"revoked", "The key is revoked.", true},
    {"begun",
     "The key is no longer shown to anybody, but OpenRouter did not answer: it is revoked when "
     "`llmapikey reconcile --fix` runs.",
     false},
    {"gone", "There was no such key any more.", false},
    {"busy", "The key is still being made. Try again in a minute.", false},
    {"no-reason", "Say why: the reason is kept, and shown to the person.", false},
    {"failed", "That failed, and the log says why. Nothing was changed.", false},
    {"lifted", "The hold is lifted.", true},
    {"created", "The key is made. The person finds it on the dashboard.", true},
    {"exists", "This account had a key already.", true},
    {"in-progress", "The key is being made.", true},
    {"paused", "New keys are paused: set PROVISIONING_ENABLED=true.", false},
    {"full", "All places are taken: raise MAX_TOTAL_KEYS.", false},
    {"on-hold", "This account is on hold. Lift the hold first.", false},
    {"upstream", "OpenRouter made no key. Try again in a minute.", false},
    {"rate-limited", "OpenRouter asks to slow down. Try again in a minute.", false},
};

void show_result(const Context& context, views::AdminAccountView& view) {
    const std::string wanted = Form(context.request.query).value("result");
    for (const ResultText& each : results) {
        if (each.result == wanted) (each.is_good ? view.notice_good : view.notice_bad) = std::string(each.text);
    }
}

net::Response no_such_account(const Services& services, const Context& context) {
    return error_response(services, context, 404);
}

service::AuditEntry entry_of(const Services& services, const Context& context, std::string action,
                             domain::GithubUserId account, std::string detail) {
    service::AuditEntry entry;
    entry.at = services.clock.now();
    entry.actor = actor_of(context);
    entry.action = std::move(action);
    entry.subject = "account:" + account.text();
    entry.origin = context.origin.client_address;
    entry.outcome = "begun";
    entry.detail = std::move(detail);
    return entry;
}

// What was begun is on record; that its end is not is for the log alone.
void record_end(const Services& services, service::AuditEntry entry, bool is_done, std::string detail) {
    entry.at = services.clock.now();
    entry.outcome = is_done ? "done" : "failed";
    entry.detail = std::move(detail);
    const auto recorded = services.audit.append(entry);
    if (recorded) return;
    ops::log(ops::LogLevel::error, "recording an end in the audit log failed: " + recorded.error().detail);
}

// What a revocation came to: the word for pages, and the status for programs.
struct RevocationResult {
    std::string_view word;
    int status;
};
RevocationResult result_of(const base::Result<domain::Grant>& revoked) {
    if (revoked) return {"revoked", 200};
    switch (revoked.error().code) {
        case base::Errc::not_found:
            return {"gone", 404};
        case base::Errc::conflict:
            return {"busy", 409};
        case base::Errc::upstream_down:
        case base::Errc::upstream_refused:
        case base::Errc::rate_limited:
            return {"begun", 202};
        default:
            return {"failed", status_of(revoked.error().code)};
    }
}

std::string_view text_of_result(std::string_view word) {
    for (const ResultText& each : results) {
        if (each.result == word) return each.text;
    }
    return "";
}

}  // namespace

net::Response admin_list(const Services& services, const Context& context) {
    const Form query(context.request.query);
    views::AdminListView view;
    view.frame = make_frame(services, context);
    view.search = std::string(base::trim(query.value("q")));
    view.status = query.value("status");
    service::GrantQuery wanted{view.search, domain::parse_grant_status(view.status), query.value("page"),
                               keys_per_page};
    auto page = services.admin_store.list(wanted);
    if (!page && page.error().code == base::Errc::invalid_input) {
        view.problem = "That page does not exist; this is the first one.";
        wanted.cursor.clear();
        page = services.admin_store.list(wanted);
    }
    const auto totals = services.store.totals();
    if (!page) return error_response(services, context, page.error());
    if (!totals) return error_response(services, context, totals.error());
    view.live = std::to_string(totals->live);
    const auto limit = services.issuance.policy().max_total_keys;
    if (limit > 0) view.limit = std::to_string(limit);
    for (const domain::Grant& grant : page->grants)
        view.keys.push_back(row_of(grant));
    if (!page->next_cursor.empty()) view.next_path = path_with(view.search, view.status, page->next_cursor);
    if (domain::GithubUserId::parse(view.search)) view.searched_account = view.search;
    return html_response(view.problem.empty() ? 200 : 400, views::render(view));
}

net::Response admin_account(const Services& services, const Context& context) {
    const auto id = domain::GithubUserId::parse(context.path_id);
    if (!id) return no_such_account(services, context);
    const auto account = services.store.find_account(*id);
    if (!account) return error_response(services, context, account.error());
    const auto ledger = services.admin_store.ledger_of(*id);
    if (!ledger) return error_response(services, context, ledger.error());
    views::AdminAccountView view;
    view.frame = make_frame(services, context);
    view.account_id = id->text();
    if (account->grant) view.key = row_of(*account->grant);
    const bool is_active = account->grant && account->grant->status == domain::GrantStatus::active;
    if (is_active) view.grant_id = account->grant->id;
    if (account->hold && domain::is_in_force(*account->hold, services.clock.now())) {
        view.is_on_hold = true;
        view.hold_reason = account->hold->reason;
        if (account->hold->until) view.hold_until = to_minute(*account->hold->until);
    }
    for (const service::LedgerEntry& entry : *ledger) {
        view.ended.push_back({mask(entry.grant.key_hint), to_date(entry.grant.created_at),
                              entry.ended_at ? to_minute(*entry.ended_at) : "under way", entry.actor, entry.reason});
    }
    show_result(context, view);
    return html_response(200, views::render(view));
}

net::Response admin_audit(const Services& services, const Context& context) {
    const auto head = services.audit.head();
    if (!head) return error_response(services, context, head.error());
    const auto before = base::parse_whole_number(Form(context.request.query).value("before"));
    const std::int64_t last = std::min(before.value_or(head->sequence + 1) - 1, head->sequence);
    const std::int64_t after = std::max<std::int64_t>(last - entries_per_page, 0);
    const auto entries = services.audit.read(after, static_cast<int>(std::max<std::int64_t>(last - after, 0)));
    if (!entries) return error_response(services, context, entries.error());
    views::AdminAuditView view;
    view.frame = make_frame(services, context);
    for (auto link = entries->rbegin(); link != entries->rend(); ++link) {
        const service::AuditEntry& entry = link->entry;
        view.entries.push_back({std::to_string(link->sequence), to_minute(entry.at), entry.actor, entry.action,
                                entry.subject, entry.origin, entry.outcome, entry.detail});
    }
    if (after > 0) view.older_path = "/admin/audit?before=" + std::to_string(after + 1);
    return html_response(200, views::render(view));
}

net::Response admin_mint(const Services& services, const Context& context) {
    const auto id = domain::GithubUserId::parse(field_of(context, "github_user_id"));
    std::string login(base::trim(field_of(context, "github_username")));
    if (!id || login.size() > max_login_bytes) return error_response(services, context, 400);
    if (login.empty()) login = "account-" + id->text();  // the next sign-in brings the right one
    const service::AuditEntry begun = entry_of(services, context, "key.mint", *id, login);
    const auto recorded = services.audit.append(begun);
    if (!recorded) return error_response(services, context, recorded.error());
    const service::IssueAnswer answer = services.issuance.issue({*id, login});
    record_end(services, begun, answer.grant.has_value(), std::string(service::to_text(answer.status)));
    const IssueWording wording = wording_of(answer);
    if (context.wants_json()) return issue_json(wording, &answer, ShowKey::no, answer.error.retry_after);
    return to_account(id->text(), wording.notice.empty() ? wording.status : wording.notice);
}

net::Response admin_revoke(const Services& services, const Context& context) {
    const std::string grant_id(context.path_id);
    if (!base::is_uuid(grant_id)) return error_response(services, context, 404);
    const std::string reason(base::trim(field_of(context, "reason")));
    const std::string hold_text = field_of(context, "hold");
    const auto hold = domain::parse_hold(hold_text.empty() ? "forever" : hold_text, reason, services.clock.now());
    const auto grant = services.admin_store.find_grant(grant_id);
    if (!grant) return error_response(services, context, grant.error());
    if (!*grant) return error_response(services, context, 404);
    const std::string account_id = (*grant)->github_user_id.text();
    if (reason.empty() || reason.size() > max_reason_bytes || !hold) {
        if (context.wants_json()) return json_answer(400, "error", "A reason is needed, and a hold that can be read.");
        return to_account(account_id, "no-reason");
    }
    const auto revoked = services.revocation.revoke({grant_id, actor_of(context), reason, *hold, services.clock.now()},
                                                    context.origin.client_address,
                                                    base::Deadline::after(services.settings.upstream_timeout));
    if (!revoked) ops::log(ops::LogLevel::error, "revoking a key: " + revoked.error().detail);
    const RevocationResult result = result_of(revoked);
    if (context.wants_json()) return json_answer(result.status, result.word, text_of_result(result.word));
    return to_account(account_id, result.word);
}

net::Response admin_lift_hold(const Services& services, const Context& context) {
    const auto id = domain::GithubUserId::parse(context.path_id);
    if (!id) return no_such_account(services, context);
    const service::AuditEntry begun = entry_of(services, context, "hold.lift", *id, "");
    const auto recorded = services.audit.append(begun);
    if (!recorded) return error_response(services, context, recorded.error());
    const auto lifted = services.admin_store.set_hold(*id, std::nullopt, actor_of(context), services.clock.now());
    record_end(services, begun, lifted.has_value(), lifted ? "" : lifted.error().detail);
    if (!lifted) return error_response(services, context, lifted.error());
    if (context.wants_json()) return json_answer(200, "lifted", text_of_result("lifted"));
    return to_account(id->text(), "lifted");
}

}  // namespace llmapikey::web
