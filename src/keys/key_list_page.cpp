#include "keys/key_list_page.hpp"

#include "base/encoding.hpp"
#include "grant/written_text.hpp"
#include "http/answers/api_answer.hpp"
#include "http/answers/error_response.hpp"
#include "http/answers/shown_values.hpp"
#include "http/form.hpp"
#include "identity/login.hpp"
#include "keys/issue_answer.hpp"
#include "keys/key_fields.hpp"
#include "keys/key_row.hpp"
#include "ops/log.hpp"

namespace llmapikey {
namespace {

constexpr int keys_per_page = 50;
constexpr int ended_beside_search = 20;

void show_filters(const Form& fields, AdminListView& view) {
    view.search = std::string(base::trim(fields.value("q")));
    view.state = fields.value("state");
    view.sort = fields.value("sort");
    view.expires_within = fields.value("expires_within");
    view.from = fields.value("from");
    view.to = fields.value("to");
    view.not_used_since = fields.value("not_used_since");
    view.is_unused = !fields.value("unused").empty();
}

base::Result<GrantPage> list_keys(const KeyListPage& self, const Form& fields, AdminListView& view) {
    // "status" is the former name of "state".
    const auto field = [&](std::string_view name) {
        return name == "state" && !fields.has("state") ? fields.value("status") : fields.value(name);
    };
    auto query = parse_grant_query(field, self.clock.now());
    if (!query) {
        view.problem = "The search was not understood: " + query.error().detail + ".";
        query = GrantQuery{};
        query->now = self.clock.now();
    } else {
        auto shown = filters_of(field);
        view.is_filtered = !shown.empty();
        if (!view.sort.empty()) shown.emplace_back("sort", view.sort);
        view.filter = base::to_query_string(shown);
    }
    query->cursor = fields.value("page");
    query->limit = keys_per_page;
    if (query->is_ended) return GrantPage{};
    auto page = self.admin_store.list(*query);
    if (page || page.error().code != base::Errc::invalid_input) return page;
    if (view.problem.empty()) view.problem = "That page does not exist. This is the first page.";
    query->cursor.clear();
    return self.admin_store.list(*query);
}

// Shows ended keys: a page of them if they are asked for, else the first few that match the search,
// so that an account whose key was revoked is found by its login.
base::Result<void> show_ended(const KeyListPage& self, const Form& fields, AdminListView& view) {
    const bool is_asked_for = view.state == "ended";
    if (!view.problem.empty() || (!is_asked_for && (view.search.empty() || !view.state.empty()))) return {};
    auto query = parse_grant_query([&](std::string_view name) { return fields.value(name); }, self.clock.now());
    if (!query) return {};
    query->limit = is_asked_for ? keys_per_page : ended_beside_search;
    if (is_asked_for) query->cursor = fields.value("page");
    auto listed = self.admin_store.list_ended(*query);
    if (!listed && listed.error().code == base::Errc::invalid_input) {
        view.problem = "That page does not exist. This is the first page.";
        query->cursor.clear();
        listed = self.admin_store.list_ended(*query);
    }
    const auto page = TRY(std::move(listed));
    for (const LedgerEntry& entry : page.entries) {
        view.ended.push_back({entry.grant.github_user_id.text(), entry.grant.github_username,
                              "…" + entry.grant.key_hint, date_text(entry.grant.created_at),
                              entry.ended_at ? minute_text(*entry.ended_at) : "under way", entry.actor, entry.reason});
    }
    if (is_asked_for && !page.next_cursor.empty())
        view.next_path = "/admin/people?" + view.filter + (view.filter.empty() ? "" : "&") + "page=" + page.next_cursor;
    return {};
}

}  // namespace

net::Response KeyListPage::show(const Context& context) const {
    return show_with(context, Form(context.request.query), {});
}

net::Response KeyListPage::show_with(const Context& context, const Form& fields, std::string problem) const {
    AdminListView view;
    view.frame = make_frame(context);
    show_key_outcome(context, view.notice_good, view.notice_bad);
    show_filters(fields, view);
    const auto page = list_keys(*this, fields, view);
    if (!page) return error_response(context, page.error());
    const auto ended = show_ended(*this, fields, view);
    if (!ended) return error_response(context, ended.error());
    if (!problem.empty()) view.problem = std::move(problem);
    const auto totals = store.totals();
    if (!totals) return error_response(context, totals.error());
    view.live = std::to_string(totals->live);
    if (terms.max_total_keys > 0) view.limit = std::to_string(terms.max_total_keys);
    for (const Grant& grant : page->grants) {
        view.keys.push_back(key_row(grant, clock.now()));
        view.has_choices = view.has_choices || view.keys.back().can_be_revoked;
    }
    if (!page->next_cursor.empty())
        view.next_path =
            "/admin/people?" + view.filter + (view.filter.empty() ? "" : "&") + "page=" + page->next_cursor;
    if (GithubUserId::parse(view.search)) view.searched_account = view.search;
    return html_response(view.problem.empty() ? 200 : 400, render(view));
}

}  // namespace llmapikey
