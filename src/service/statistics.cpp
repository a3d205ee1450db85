#include "service/statistics.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "domain/key_name.hpp"
#include "service/upstream_scan.hpp"
#include "service/webhooks.hpp"

namespace llmapikey::service {
namespace {

constexpr base::Seconds shortest_figures_pause{30};
constexpr int pause_for_each_second = 50;  // so that they take a fiftieth of a core at the most
constexpr std::size_t keys_at_once = 100;
constexpr std::chrono::days failures_kept{30};
constexpr std::chrono::days webhooks_kept{30};
constexpr std::chrono::days days_kept{400};

base::Timestamp day_of(base::Timestamp time) {
    return std::chrono::floor<std::chrono::days>(time);
}

bool is_due(const Facts& facts, const char* name, base::Timestamp now, base::Seconds every) {
    const auto found = facts.find(name);
    return found == facts.end() || found->second.noted_at + every <= now;
}

std::string text_of(const Facts& facts, const char* name) {
    const auto found = facts.find(name);
    return found == facts.end() ? "" : found->second.value;
}

}  // namespace

base::Result<void> Statistics::take_figures(base::Timestamp now) {
    const auto begun = std::chrono::steady_clock::now();
    const auto exposure = store_.exposure(now);
    if (!exposure) return tl::unexpected(exposure.error());
    for (const auto day : {day_of(now) - std::chrono::days{1}, day_of(now)}) {
        const auto counted = store_.count_day(day);
        if (!counted) return counted;
    }
    const auto dead = webhooks_.count_dead();
    if (!dead) return tl::unexpected(dead.error());
    std::map<std::string, std::string> taken;
    taken[fact::figures] = "taken";
    taken[fact::dead_deliveries] = std::to_string(*dead);
    taken[fact::usable_keys] = std::to_string(exposure->usable_keys);
    taken[fact::expired_keys] = std::to_string(exposure->expired_keys);
    taken[fact::exposure_per_day] = std::to_string(exposure->per_day.value);
    taken[fact::exposure_until] = std::to_string(exposure->until_expiry.value);
    taken[fact::last_expiry] =
        exposure->last_expiry ? std::to_string(exposure->last_expiry->time_since_epoch().count()) : "";
    const auto stored = store_.set_facts(taken, now);
    if (!stored) return stored;
    const auto taken_for =
        std::chrono::ceil<base::Seconds>(pause_for_each_second * (std::chrono::steady_clock::now() - begun));
    figures_pause_ = std::max(shortest_figures_pause, taken_for);
    const auto pruned = store_.prune(now - failures_kept);
    const auto told = pruned ? webhooks_.prune(now - webhooks_kept) : pruned;
    return told ? spending_.prune_days(now - days_kept) : told;
}

// Each event has a key of its own, so that noticing twice tells once; the marks are only there to notice less.
base::Result<void> Statistics::notice(const Facts& facts, base::Timestamp now) {
    const auto counts = store_.status_counts();
    if (!counts) return tl::unexpected(counts.error());
    const bool is_full = settings_.max_total_keys > 0 && counts->live >= settings_.max_total_keys;
    if (is_full && text_of(facts, fact::is_quota_full) != "1") {
        const auto minute = std::to_string(now.time_since_epoch().count() / 60);
        const auto told = webhooks_.add_event({base::random_uuid(), "quota.reached:" + minute, "quota.reached", "", "",
                                               "", std::to_string(counts->live) + " keys", now});
        if (!told) return told;
    }
    const auto seen = base::parse_whole_number(text_of(facts, fact::expired_until));
    const base::Timestamp after = seen ? base::Timestamp{base::Seconds{*seen}} : now;
    if (after < now) {
        const auto told = webhooks_.add_expiries(after, now);
        if (!told) return told;
    }
    if (settings_.spend_alarm) {
        const auto today = store_.days(day_of(now));
        if (!today) return tl::unexpected(today.error());
        const bool is_above = !today->empty() && today->back().spent >= *settings_.spend_alarm;
        const std::string key = "spend.alarm:" + (today->empty() ? "" : today->back().day);
        if (is_above) {
            const auto told = webhooks_.add_event({base::random_uuid(), key, "spend.alarm", "", "", "",
                                                   base::to_display(today->back().spent) + " US dollars today", now});
            if (!told) return told;
        }
    }
    return store_.set_facts({{fact::is_quota_full, is_full ? "1" : "0"},
                             {fact::expired_until, std::to_string(now.time_since_epoch().count())}},
                            now);
}

base::Result<void> Statistics::ask_for_spending(const std::stop_token& stop, base::Timestamp now) {
    std::vector<KeySpending> page;
    std::vector<SpendingReading> readings;
    base::Result<void> recorded{};
    const auto flush = [&] {
        recorded = page.empty() ? base::Result<void>{} : store_.record_spending(page, now);
        if (recorded) recorded = spending_.note(readings);
        page.clear();
        readings.clear();
    };
    const auto visit = [&](const UpstreamKey& key) {
        if (domain::parse_upstream_key_name(key.name)) {
            page.push_back({key.delete_handle, key.usage, key.usage_daily});
            readings.push_back({key.delete_handle, spent_today(key), now});
        }
        if (page.size() >= keys_at_once) flush();
        return recorded && !stop.stop_requested() ? Scan::go_on : Scan::stop;
    };
    // Each page has the deadline of a call; the whole may take as long as there are pages.
    const auto scanned =
        scan_upstream_keys(provider_, {base::Deadline::after(std::chrono::minutes{30}), settings_.call_timeout}, visit);
    if (recorded) flush();
    if (!recorded) return recorded;
    return scanned;
}

base::Result<void> Statistics::ask_upstream(const std::stop_token& stop, base::Timestamp now) {
    const auto credits = provider_.credits(base::Deadline::after(settings_.call_timeout));
    auto asked = credits ? ask_for_spending(stop, now) : base::Result<void>(tl::unexpected(credits.error()));
    std::map<std::string, std::string> taken{{fact::upstream_problem, asked ? "" : asked.error().detail},
                                             {fact::spending, asked ? "read" : "failed"}};
    if (credits) {
        taken[fact::credits_total] = std::to_string(credits->total.value);
        taken[fact::credits_used] = std::to_string(credits->used.value);
    }
    const auto stored = store_.set_facts(taken, clock_.now());
    return asked ? stored : asked;
}

std::string Statistics::run_once(const std::stop_token& stop) {
    const auto facts = store_.facts();
    if (!facts) return facts.error().detail;
    const auto now = clock_.now();
    if (settings_.spending_every.count() > 0 && is_due(*facts, fact::spending, now, settings_.spending_every)) {
        const auto asked = ask_upstream(stop, now);
        if (!asked) return "reading spending: " + asked.error().detail;
    }
    if (!is_due(*facts, fact::figures, now, figures_pause_)) return {};
    const auto taken = take_figures(now);
    if (!taken) return "taking figures: " + taken.error().detail;
    const auto noticed = notice(*facts, now);
    return noticed ? "" : "noticing what happened: " + noticed.error().detail;
}

}  // namespace llmapikey::service
