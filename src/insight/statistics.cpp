#include "insight/statistics.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "base/plural.hpp"
#include "grant/key_name.hpp"
#include "insight/rankings_json.hpp"
#include "providers/upstream_scan.hpp"
#include "webhooks/webhooks.hpp"

namespace llmapikey {
namespace {

constexpr base::Seconds statistics_pause_min{30};
constexpr int pause_for_each_second = 50;                       // so that they take a fiftieth of a core at the most
constexpr base::Seconds activity_pause{std::chrono::hours{1}};  // it tells finished days only
constexpr int spenders_shown = 5;
constexpr std::size_t keys_per_batch = 100;
constexpr std::chrono::days failures_kept{30};
constexpr std::chrono::days webhooks_kept{30};
constexpr std::chrono::days days_kept{400};

base::Timestamp day_of(base::Timestamp time) {
    return std::chrono::floor<std::chrono::days>(time);
}

bool is_due(const Facts& facts, const char* name, base::Timestamp now, base::Seconds every) {
    const auto found = facts.find(name);
    // What was noted in the future was noted when the time was another.
    return found == facts.end() || found->second.noted_at + every <= now || found->second.noted_at > now + every;
}

std::string text_of(const Facts& facts, const char* name) {
    const auto found = facts.find(name);
    return found == facts.end() ? "" : found->second.value;
}

}  // namespace

void Statistics::note(std::string_view figure, const base::Result<void>& outcome) const {
    if (log_) log_(figure, outcome.has_value());
}

base::Result<void> Statistics::take_exposure(base::Timestamp now) {
    const auto exposure = TRY(store_.exposure(now));
    std::map<std::string, std::string> taken;
    taken[fact::figures] = "taken";
    taken[fact::usable_keys] = std::to_string(exposure.usable_keys);
    taken[fact::expired_keys] = std::to_string(exposure.expired_keys);
    taken[fact::exposure_per_day] = std::to_string(exposure.per_day.value);
    taken[fact::exposure_until] = std::to_string(exposure.until_expiry.value);
    taken[fact::last_expiry] =
        exposure.last_expiry ? std::to_string(exposure.last_expiry->time_since_epoch().count()) : "";
    return store_.set_facts(taken, now);
}

// All of it is tried; the first failure is told.
base::Result<void> Statistics::take_figures(base::Timestamp now) {
    const auto begun = std::chrono::steady_clock::now();
    base::Result<void> outcome = take_exposure(now);
    note("exposure", outcome);
    const auto go_on = [&outcome](const base::Result<void>& next) {
        if (outcome) outcome = next;
    };
    for (const auto day : {day_of(now) - std::chrono::days{1}, day_of(now)}) {
        go_on(store_.count_day(day));
        // Of yesterday hardly anything comes in later, and it costs as much as today.
        if (now - day < std::chrono::hours{26}) go_on(store_.count_spending(day));
    }
    go_on(take_top_spenders(now));
    const auto dead = webhooks_.count_dead();
    go_on(dead ? store_.set_facts({{fact::dead_deliveries, std::to_string(*dead)}}, now)
               : base::Result<void>(tl::unexpected(dead.error())));
    go_on(store_.set_facts({{fact::counted, "tried"}}, now));
    const auto taken_for =
        std::chrono::ceil<base::Seconds>(pause_for_each_second * (std::chrono::steady_clock::now() - begun));
    figures_pause_ = std::max(statistics_pause_min, taken_for);
    go_on(prune(now));
    return outcome;
}

base::Result<void> Statistics::take_top_spenders(base::Timestamp now) {
    const auto spenders = TRY(store_.top_spenders(day_of(now), spenders_shown));
    return store_.set_facts({{fact::most_today, to_fact(spenders)}}, now);
}

base::Result<void> Statistics::prune(base::Timestamp now) {
    const auto pruned = store_.prune(now - failures_kept);
    const auto told = pruned ? webhooks_.prune(now - webhooks_kept) : pruned;
    return told ? spending_.prune_days(now - days_kept) : told;
}

// Each event has a key of its own, so that noticing twice tells once; the marks are only there to
// notice less.
base::Result<void> Statistics::notice(const Facts& facts, base::Timestamp now) {
    const auto counts = TRY(store_.status_counts());
    const std::int64_t seats = terms_.known().max_total_keys;
    const bool is_full = seats > 0 && counts.live >= seats;
    if (is_full && text_of(facts, fact::is_quota_full) != "1") {
        const auto minute = std::to_string(now.time_since_epoch().count() / 60);
        TRY(webhooks_.add_event({base::random_uuid(), "quota.reached:" + minute, "quota.reached", "", "", "",
                                 base::counted(counts.live, "key"), now}));
    }
    const auto seen = base::parse_whole_number(text_of(facts, fact::expired_until));
    const base::Timestamp after = seen ? base::Timestamp{base::Seconds{*seen}} : now;
    if (after < now) {
        TRY(webhooks_.add_expiries(after, now));
    }
    TRY(notice_spending(now));
    return store_.set_facts({{fact::is_quota_full, is_full ? "1" : "0"},
                             {fact::expired_until, std::to_string(now.time_since_epoch().count())}},
                            now);
}

// What a key had spent is noted when it ends: so one that was made and ended between two looks at
// upstream counts, too.
base::Result<void> Statistics::notice_spending(base::Timestamp now) {
    if (!settings_.spend_alarm) return {};
    const auto today = TRY(store_.days(day_of(now)));
    if (today.empty() || today.back().spent < *settings_.spend_alarm) return {};
    return webhooks_.add_event({base::random_uuid(), "spend.alarm:" + today.back().day, "spend.alarm", "", "", "",
                                base::to_money(today.back().spent) + " today", now});
}

base::Result<void> Statistics::read_spending(const std::stop_token& stop, base::Timestamp now) {
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
        if (parse_upstream_key_name(key.name)) {
            page.push_back({key.delete_handle, not_negative(key.usage)});
            readings.push_back(reading_of(key, clock_.now()));
        }
        if (page.size() >= keys_per_batch) flush();
        return recorded && !stop.stop_requested() ? Scan::go_on : Scan::stop;
    };
    // Each page has the deadline of a call; the whole may take as long as there are pages.
    const auto scanned =
        scan_upstream_keys(provider_, {base::Deadline::after(std::chrono::minutes{30}), settings_.call_timeout}, visit);
    if (recorded) flush();
    if (!recorded || !scanned) return recorded ? scanned : recorded;
    if (stop.stop_requested()) return {};
    TRY(spending_.note_all_read(now));
    // What a key had spent when the day began is known for certain only a while after.
    const auto counted = store_.count_spending(day_of(now) - std::chrono::days{1});
    return counted ? store_.count_spending(day_of(clock_.now())) : counted;
}

base::Result<void> Statistics::ask_for_credits() {
    CreditsReader* const reader = provider_.credits_reader();
    if (reader == nullptr) return {};  // the provider does not tell them
    const auto credits = reader->credits(base::Deadline::after(settings_.call_timeout));
    const auto asked = credits ? base::Result<void>{} : base::Result<void>(tl::unexpected(credits.error()));
    note("credits", asked);
    std::map<std::string, std::string> taken{{fact::credits_problem, asked ? "" : asked.error().detail}};
    if (credits) {
        taken[fact::credits_total] = std::to_string(credits->total.value);
        taken[fact::credits_used] = std::to_string(credits->used.value);
    }
    const auto stored = store_.set_facts(taken, clock_.now());
    return asked ? stored : asked;
}

base::Result<void> Statistics::ask_for_activity() {
    ActivityReader* const reader = provider_.activity_reader();
    if (reader == nullptr) return {};  // the provider does not tell it
    TRY(store_.set_facts({{fact::models_asked, "tried"}}, clock_.now()));
    const auto models = reader->activity(base::Deadline::after(settings_.call_timeout));
    note("activity", models ? base::Result<void>{} : base::Result<void>(tl::unexpected(models.error())));
    return models ? store_.set_facts({{fact::models, to_fact(*models)}}, clock_.now())
                  : base::Result<void>(tl::unexpected(models.error()));
}

// What was read in part is kept, but does not count as read.
base::Result<void> Statistics::ask_for_spending(const std::stop_token& stop, base::Timestamp now) {
    const auto asked = read_spending(stop, now);
    if (stop.stop_requested()) return {};
    note("spending", asked);
    std::map<std::string, std::string> taken{{fact::spending_problem, asked ? "" : asked.error().detail}};
    if (asked) taken[fact::spending] = "read";
    const auto stored = store_.set_facts(taken, clock_.now());
    return asked ? stored : asked;
}

std::string Statistics::run_once(const std::stop_token& stop) {
    const auto facts = store_.facts();
    if (!facts) return facts.error().detail;
    const auto now = clock_.now();
    std::string problems;
    const auto take = [&problems](const char* what, const base::Result<void>& outcome) {
        if (!outcome) problems += (problems.empty() ? "" : "; ") + std::string(what) + ": " + outcome.error().detail;
    };
    if (settings_.spending_every.count() > 0 && is_due(*facts, fact::asked, now, settings_.spending_every)) {
        take("reading credits", ask_for_credits());
        if (!stop.stop_requested()) take("reading spending", ask_for_spending(stop, now));
        // Whoever was stopped before the end leaves it to the next one.
        if (!stop.stop_requested())
            take(("noting that " + std::string(provider_.traits().name) + " was asked").c_str(),
                 store_.set_facts({{fact::asked, "tried"}}, now));
    }
    const bool is_upstream_read = settings_.spending_every.count() > 0 && !stop.stop_requested();
    if (is_upstream_read && is_due(*facts, fact::models_asked, now, activity_pause))
        take("reading activity", ask_for_activity());
    if (stop.stop_requested() || !is_due(*facts, fact::counted, now, figures_pause_)) return problems;
    take("taking figures", take_figures(now));
    take("noticing what happened", notice(*facts, now));
    return problems;
}

}  // namespace llmapikey
