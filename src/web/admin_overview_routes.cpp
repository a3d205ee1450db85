#include <algorithm>
#include <boost/json/serialize.hpp>

#include "base/encoding.hpp"
#include "domain/login.hpp"
#include "net/body_stream.hpp"
#include "ops/log.hpp"
#include "resources/resources.hpp"
#include "service/overview.hpp"
#include "web/admin_page.hpp"
#include "web/day_chart.hpp"
#include "web/error_response.hpp"
#include "web/form.hpp"
#include "web/routes.hpp"

// The console: how the whole stands, and what was done.
namespace llmapikey::web {
namespace {

constexpr std::int64_t entries_per_page = 100;
constexpr int accounts_searched = 50;
constexpr int entries_exported_at_once = 200;

std::string number_text(std::int64_t number) {
    return std::to_string(number);
}

std::string or_unknown(const std::optional<base::MicroUsd>& amount) {
    return amount ? base::to_money(*amount) : "unknown";
}

// When an amount was read last.
std::string read_at(const std::optional<base::Timestamp>& time) {
    return time ? "; read at " + minute_text(*time) : "; not read yet";
}

std::string outlook_text(const service::CreditsOutlook& outlook) {
    switch (outlook.kind) {
        case service::CreditsOutlook::Kind::unknown:
            return "unknown";
        case service::CreditsOutlook::Kind::used_up:
            return "used up";
        case service::CreditsOutlook::Kind::until:
            return date_text(*outlook.end);
        case service::CreditsOutlook::Kind::lasting:
            return "more than ten years";
    }
    return "";
}

// One value of each day.
template <class ValueOf>
std::vector<DayValue> values_of(const std::vector<service::DayFigures>& days, ValueOf value_of) {
    std::vector<DayValue> values;
    for (const service::DayFigures& day : days)
        values.push_back({day.day, value_of(day)});
    return values;
}

void show_counts(const service::Overview& overview, std::int64_t most, views::OverviewView& view) {
    const service::StatusCounts& counts = overview.counts;
    view.figures = {{"Live keys", number_text(counts.live),
                     most > 0 ? "of " + number_text(most) + (most == 1 ? " place" : " places") : "no limit is set"},
                    {"Room left", overview.room ? number_text(*overview.room) : "no limit", ""},
                    {"Waiting for their turn", number_text(counts.waiting), "they have a place, and no key yet"},
                    {"Being made", number_text(counts.pending), ""},
                    {"In doubt", number_text(counts.ambiguous), "OpenRouter did not say whether it made them"},
                    {"Being revoked", number_text(counts.revoking), ""},
                    {"Being replaced", number_text(counts.replacing), ""},
                    {"Switched off", number_text(counts.disabled), ""},
                    {"Gone upstream", number_text(counts.missing), "deleted at OpenRouter by somebody else"},
                    {"Expired", number_text(overview.expired_keys), "their places are freed within a minute"},
                    {"Usable now", number_text(overview.usable_keys), ""}};
}

void show_money(const service::Overview& overview, views::OverviewView& view) {
    view.money = {
        {"Greatest possible spend a day", or_unknown(overview.exposure_per_day), "every cap used up"},
        {"Greatest possible spend until the last expiry", or_unknown(overview.exposure_until_expiry),
         overview.last_expiry ? "the last key expires " + date_text(*overview.last_expiry) : "there is no key"},
        {"Credits left", or_unknown(overview.credits_left), "at OpenRouter" + read_at(overview.credits_at)},
        {"Credits last until", outlook_text(overview.credits_outlook),
         "at the pace of the last seven days, and no faster than all caps allow"},
        {"Keys you can honor beyond these", overview.keys_to_honor ? number_text(*overview.keys_to_honor) : "unknown",
         "so that the credits cover every cap until it expires"}};
    view.spent_today = or_unknown(overview.spent_today);
    view.exposure_per_day = or_unknown(overview.exposure_per_day);
    view.spending_at = read_at(overview.spending_at);
    view.is_spending_possible = !overview.exposure_per_day || overview.exposure_per_day->value > 0;
    if (overview.spent_today && overview.exposure_per_day && overview.exposure_per_day->value > 0) {
        const auto percent = overview.spent_today->value * 100 / overview.exposure_per_day->value;
        view.spent_percent = number_text(std::clamp<std::int64_t>(percent, 0, 100));
    }
}

// The entries `count` before `before`, in order.
base::Result<std::vector<service::ChainedEntry>> latest_entries(const Services& services, std::int64_t before,
                                                                std::int64_t count) {
    const std::int64_t after = std::max<std::int64_t>(before - 1 - count, 0);
    return services.audit.read(after, static_cast<int>(std::max<std::int64_t>(before - 1 - after, 0)));
}

// The latest ones about the accounts that `search` finds, in order.
base::Result<std::vector<service::ChainedEntry>> latest_about(const Services& services, const std::string& search,
                                                              std::int64_t before) {
    service::AuditQuery query;
    auto accounts = services.admin_store.find_accounts(std::string(domain::without_at(search)), accounts_searched);
    if (!accounts) return tl::unexpected(accounts.error());
    query.accounts = std::move(*accounts);
    query.before = before;
    query.limit = static_cast<int>(entries_per_page);
    query.is_latest_first = true;
    auto entries = services.admin_store.find_audit_entries(query);
    if (entries) std::reverse(entries->begin(), entries->end());
    return entries;
}

// All behind the sequence `after` and up to `last`, as JSON Lines.
net::BodyEnd export_entries(service::AuditLog& audit, std::int64_t after, std::int64_t last, net::BodyWriter& writer) {
    while (after < last) {
        const auto page = audit.read(after, entries_exported_at_once);
        if (!page) ops::log(ops::LogLevel::error, "exporting the audit log: " + page.error().detail);
        if (!page || page->empty()) return net::BodyEnd::broken;
        std::string lines;
        for (const service::ChainedEntry& link : *page) {
            if (link.sequence <= last) lines += resources::to_text(resources::to_json(link)) + "\n";
        }
        if (!writer.write(lines)) return net::BodyEnd::broken;
        after = page->back().sequence;
    }
    return net::BodyEnd::whole;
}

}  // namespace

net::Response admin_overview(const Services& services, const Context& context) {
    const service::IssuancePolicy& policy = services.issuance.policy();
    const auto overview =
        service::read_overview(services.statistics, policy, services.settings.spending_poll, services.clock.now());
    if (!overview) return error_response(services, context, overview.error());
    views::OverviewView view;
    view.frame = make_frame(services, context);
    show_counts(*overview, policy.max_total_keys, view);
    show_money(*overview, view);
    const auto dollars = [](std::int64_t micro) { return base::to_money(base::MicroUsd{micro}); };
    const auto issued = values_of(overview->days, [](const auto& day) { return day.issued; });
    const auto spent = values_of(overview->days, [](const auto& day) { return day.spent.value; });
    view.charts.push_back(day_chart("Keys issued per day", issued, number_text));
    view.charts.push_back(day_chart("Spent per day", spent, dollars));
    for (const service::Failure& failure : overview->failures)
        view.failures.push_back({minute_text(failure.last_at), number_text(failure.times), failure.what});
    view.problem = service::upstream_problem_of(*overview);
    view.reconciled = overview->reconciled;
    if (overview->reconciled_at) view.reconciled_at = minute_text(*overview->reconciled_at);
    view.reconcile_problem = overview->reconcile_problem;
    view.unremembered = overview->unremembered_note;
    if (overview->figures_at) view.figures_at = minute_text(*overview->figures_at);
    return html_response(200, views::render(view));
}

net::Response admin_audit(const Services& services, const Context& context) {
    const auto head = services.audit.head();
    if (!head) return error_response(services, context, head.error());
    const Form fields(context.request.query);
    const auto before = base::parse_whole_number(fields.value("before"));
    const std::int64_t end = std::min(before.value_or(head->sequence + 1), head->sequence + 1);
    views::AdminAuditView view;
    view.frame = make_frame(services, context);
    view.search = std::string(base::trim(fields.value("q")));
    const auto entries = view.search.empty() ? latest_entries(services, end, entries_per_page)
                                             : latest_about(services, view.search, end);
    if (!entries) return error_response(services, context, entries.error());
    for (auto link = entries->rbegin(); link != entries->rend(); ++link) {
        const service::AuditEntry& entry = link->entry;
        view.entries.push_back({std::to_string(link->sequence), minute_text(entry.at), entry.actor, entry.action,
                                entry.subject, entry.origin, entry.outcome, entry.detail});
    }
    const bool has_older = !entries->empty() && entries->front().sequence > 1 &&
                           (view.search.empty() || entries->size() == static_cast<std::size_t>(entries_per_page));
    if (has_older) {
        view.older_path = "/admin/audit?before=" + std::to_string(entries->front().sequence) +
                          (view.search.empty() ? "" : "&q=" + base::to_percent_encoded(view.search));
    }
    return html_response(200, views::render(view));
}

// Page by page, as it is read: the log grows for ever, and an answer takes two minutes at the most. Whoever has a part
// of it asks for what comes after. What comes in meanwhile is not in it.
net::Response admin_audit_export(const Services& services, const Context& context) {
    const auto head = services.audit.head();
    if (!head) return error_response(services, context, head.error());
    const std::string wanted = Form(context.request.query).value("after");
    const auto after = wanted.empty() ? std::optional<std::int64_t>(0) : base::parse_whole_number(wanted);
    if (!after) return error_response(services, context, {base::Errc::invalid_input, "after must be a number", {}});
    net::Response response = uncached_response(200, "application/jsonl", "");
    response.set("Content-Disposition", "attachment; filename=\"llmapikey-audit.jsonl\"");
    response.producer = [&audit = services.audit, after = *after, last = head->sequence](net::BodyWriter& writer) {
        return export_entries(audit, after, last, writer);
    };
    return response;
}

}  // namespace llmapikey::web
