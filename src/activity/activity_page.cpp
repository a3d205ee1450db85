#include "activity/activity_page.hpp"

#include <algorithm>

#include "audit/audit_json.hpp"
#include "base/encoding.hpp"
#include "base/json_values.hpp"
#include "http/answers/error_response.hpp"
#include "http/form.hpp"
#include "identity/login.hpp"
#include "net/body_stream.hpp"
#include "ops/log.hpp"

namespace llmapikey {
namespace {

constexpr int acts_per_page = 30;
constexpr int accounts_searched = 50;
constexpr int export_entries_per_batch = 200;
constexpr std::chrono::days one_day{1};

// Returns whom a search means: accounts with such a login or number, and the organizer who asks.
base::Result<std::vector<GithubUserId>> people_of(const ActivityPage& self, const Context& context,
                                                  const std::string& search) {
    const std::string name(without_at(search));
    auto people = TRY(self.admin_store.find_accounts(name, accounts_searched));
    const auto listed = TRY(self.activity.find_listed(name, accounts_searched));
    people.insert(people.end(), listed.begin(), listed.end());
    if (const auto account = GithubUserId::parse(name)) people.push_back(*account);
    if (context.session && base::equal_ignoring_case(context.session->recipient.login, name))
        people.push_back(context.session->recipient.id);
    return people;
}

std::vector<std::string> actions_of(const std::string& kind) {
    const auto found = std::ranges::find(act_kinds(), kind, &ActKind::word);
    return found == act_kinds().end() ? std::vector<std::string>() : found->actions;
}

// Reads the filters, and keeps in the view what was asked for.
base::Result<ActQuery> query_of(const ActivityPage& self, const Context& context, ActivityView& view) {
    const Form fields(context.request.query);
    ActQuery query;
    query.limit = acts_per_page + 1;
    const auto before = base::parse_whole_number(fields.value("before"));
    if (before) query.below = *before;
    if (!before && !fields.value("before").empty()) view.page_problem = "That page does not exist.";
    view.search = std::string(base::trim(fields.value("q")));
    if (!view.search.empty()) query.people = TRY(people_of(self, context, view.search));
    // A number is an account. Logins on the list that have it as a part are not meant.
    if (!GithubUserId::parse(without_at(view.search))) query.listed = std::string(without_at(view.search));
    view.kind = fields.value("act");
    query.actions = actions_of(view.kind);
    if (!view.kind.empty() && query.actions.empty()) view.kind_problem = "There is no such filter. Choose one.";
    view.day = std::string(base::trim(fields.value("day")));
    if (view.day.empty()) return query;
    query.from = base::parse_rfc3339(view.day + "T00:00:00Z");
    if (query.from) query.before = *query.from + one_day;
    if (!query.from) view.day_problem = "Enter a day like 2027-02-22.";
    return query;
}

std::string older_path_of(const ActivityView& view, std::int64_t below) {
    std::string path = "/admin/activity?before=" + std::to_string(below);
    for (const auto& [name, value] :
         {std::pair{"&q=", view.search}, std::pair{"&act=", view.kind}, std::pair{"&day=", view.day}})
        if (!value.empty()) path += name + base::to_percent_encoded(value);
    return path;
}

// All behind the sequence `after` and up to `last`, as JSON Lines.
net::BodyEnd export_entries(AuditLog& audit, std::int64_t after, std::int64_t last, net::BodyWriter& writer) {
    while (after < last) {
        const auto page = audit.read(after, export_entries_per_batch);
        if (!page) ops::log(ops::LogLevel::error, "exporting the audit log: " + page.error().detail);
        if (!page || page->empty()) return net::BodyEnd::broken;
        std::string lines;
        for (const ChainedEntry& link : *page) {
            if (link.sequence <= last) lines += base::to_text(to_json(link)) + "\n";
        }
        if (!writer.write(lines)) return net::BodyEnd::broken;
        after = page->back().sequence;
    }
    return net::BodyEnd::whole;
}

}  // namespace

base::Result<ActNames> names_of(ActivityStore& activity, const std::set<std::string>& accounts,
                                const std::set<std::string>& grants, const Context& context) {
    auto names = TRY(activity.names({accounts.begin(), accounts.end()}, {grants.begin(), grants.end()}));
    if (!context.session) return names;
    const Recipient& reader = context.session->recipient;
    names.logins[reader.id.text()] = reader.login;
    return names;
}

base::Result<ActNames> names_of_actors(ActivityStore& activity, const std::set<std::string>& actors,
                                       const Context& context) {
    std::set<std::string> accounts;
    for (const std::string& actor : actors)
        if (std::string account = account_of_actor(actor); !account.empty()) accounts.insert(std::move(account));
    return names_of(activity, accounts, {}, context);
}

base::Result<std::vector<ActRow>> rows_of(ActivityStore& activity, const std::vector<Act>& acts,
                                          const Context& context) {
    std::set<std::string> accounts, grants;
    for (const Act& act : acts) {
        accounts.insert({account_in(act.subject), account_of_actor(act.actor)});
        if (const std::string grant = grant_in(act.subject); base::is_uuid(grant)) grants.insert(grant);
    }
    const auto names = TRY(names_of(activity, accounts, grants, context));
    std::vector<ActRow> rows;
    for (const Act& act : acts)
        rows.push_back({shown_minute(act.at), sentence_of(act, names), act});
    return rows;
}

net::Response ActivityPage::show(const Context& context) const {
    ActivityView view;
    view.frame = make_frame(context);
    const auto query = query_of(*this, context, view);
    if (!query) return error_response(context, query.error());
    if (view.has_problem()) return html_response(400, render(view));
    auto acts = activity.acts(*query);
    if (!acts) return error_response(context, acts.error());
    if (acts->size() > acts_per_page) {
        acts->resize(acts_per_page);
        view.older_path = older_path_of(view, acts->back().sequence);
    }
    auto rows = rows_of(activity, *acts, context);
    if (!rows) return error_response(context, rows.error());
    view.acts = std::move(*rows);
    return html_response(200, render(view));
}

// Page by page, as it is read: the log grows for ever, and an answer takes two minutes at the most.
// Whoever has a part of it asks for what comes after. What comes in meanwhile is not in it.
net::Response ActivityPage::download(const Context& context) const {
    const auto head = audit.head();
    if (!head) return error_response(context, head.error());
    const std::string wanted = Form(context.request.query).value("after");
    const auto after = wanted.empty() ? std::optional<std::int64_t>(0) : base::parse_whole_number(wanted);
    if (!after) return error_response(context, {base::Errc::invalid_input, "after must be a number", {}});
    net::Response response = uncached_response(200, "application/jsonl", "");
    response.set("Content-Disposition", "attachment; filename=\"llmapikey-audit.jsonl\"");
    response.producer = [&audit = this->audit, after = *after, last = head->sequence](net::BodyWriter& writer) {
        return export_entries(audit, after, last, writer);
    };
    return response;
}

}  // namespace llmapikey
