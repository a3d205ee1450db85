#include "cli/keys/grant_table.hpp"

#include <cstdio>

#include "base/encoding.hpp"
#include "base/plural.hpp"
#include "cli/printing.hpp"
#include "cli/table.hpp"

namespace llmapikey::cli {
namespace {

constexpr std::size_t login_max = 39;

// In the words of `keys list --state`.
Cell status_cell(const Grant& grant, base::Timestamp now) {
    if (grant.status == GrantStatus::active && grant.is_disabled) return {"disabled", Tone::warning};
    if (is_expired(grant, now)) return {"expired", Tone::warning};
    const Tone tone = grant.status == GrantStatus::active      ? Tone::good
                      : grant.status == GrantStatus::ambiguous ? Tone::bad
                                                               : Tone::plain;
    return {std::string(to_text(grant.status)), tone};
}

Cell today_cell(const Grant& grant, base::MicroUsd today) {
    const bool is_at_cap = today.value > 0 && today.value >= grant.daily_limit.value;
    return {base::to_money(today), is_at_cap ? Tone::bad : Tone::plain};
}

base::Result<std::map<std::string, base::MicroUsd>> spent_today(const app::Stores& stores,
                                                                const std::vector<Grant>& grants, base::Timestamp now) {
    std::vector<GithubUserId> accounts;
    for (const Grant& grant : grants)
        accounts.push_back(grant.github_user_id);
    return stores.statistics->spent_on(std::chrono::floor<std::chrono::days>(now), accounts);
}

}  // namespace

base::Result<void> print_grants(const app::Stores& stores, const std::vector<Grant>& grants) {
    const base::Timestamp now = base::SystemClock().now();
    auto today = TRY(spent_today(stores, grants, now));
    Table table({{"ACCOUNT", false, 4},
                 {"LOGIN", false, 0, 12},
                 {"STATUS"},
                 {"HINT", false, 1},
                 {"TODAY", true},
                 {"SPENT", true},
                 {"DAILY CAP", true},
                 {"CREATED", false, 5},
                 {"EXPIRES", false, 2},
                 {"LAST USED", false, 3},
                 {"ID", false, 6}});
    base::MicroUsd all_today, all;
    for (const Grant& grant : grants) {
        const base::MicroUsd spent = today[grant.github_user_id.text()];
        all_today.value += spent.value;
        all.value += grant.spent.value;
        table.add({{grant.github_user_id.text()},
                   {base::to_printable(grant.github_username, login_max)},
                   status_cell(grant, now),
                   {grant.key_hint},
                   today_cell(grant, spent),
                   {base::to_money(grant.spent)},
                   {base::to_cap(grant.daily_limit)},
                   {day_text(grant.created_at)},
                   {day_text(grant.expires_at)},
                   {grant.last_used_at ? day_text(*grant.last_used_at) : "-"},
                   {grant.id}});
    }
    std::string left_out;
    std::fputs(table.text(terminal_of_output(), left_out).c_str(), stdout);
    if (grants.size() > 1) {
        print_line(base::counted(static_cast<std::int64_t>(grants.size()), "key") + ": " + base::to_money(all_today) +
                   " spent today, " + base::to_money(all) + " in all");
    }
    if (!left_out.empty())
        std::fprintf(stderr, "Left out for want of room: %s. Make the terminal wider, or use --json.\n",
                     left_out.c_str());
    return {};
}

}  // namespace llmapikey::cli
