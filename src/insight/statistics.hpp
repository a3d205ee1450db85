#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/money.hpp"
#include "base/result.hpp"
#include "keys/terms.hpp"
#include "providers/key_provider.hpp"
#include "spending/spending.hpp"

namespace llmapikey {

// Rows by status, each from an index that holds only these.
struct StatusCounts {
    std::int64_t live = 0, waiting = 0, pending = 0, ambiguous = 0, revoking = 0, replacing = 0, disabled = 0,
                 missing = 0, waiting_deliveries = 0;
    std::optional<base::Timestamp> ambiguous_since, waiting_since;  // the oldest of them; nullopt: there is none
};

struct DayStatistics {
    std::string day;  // "2027-02-22", UTC
    std::int64_t issued = 0, ended = 0;
    base::MicroUsd spent;
};

// What all keys that work now could spend.
struct Exposure {
    std::int64_t usable_keys = 0, expired_keys = 0;
    base::MicroUsd per_day;
    base::MicroUsd until_expiry;  // each key's cap for each day that it has left, the present one included
    std::optional<base::Timestamp> last_expiry;
};

struct KeySpending {
    std::string delete_handle;
    base::MicroUsd usage;  // since it was made
};

// What one person has spent on a day, over all keys.
struct Spender {
    std::string github_user_id, login;  // the login is empty if the person holds no key now
    base::MicroUsd spent;
    base::MicroUsd daily_limit;  // of the present key; 0: there is none
};

struct Failure {
    std::string what;
    base::Timestamp first_at, last_at;
    std::int64_t times = 0;
};

struct Fact {
    std::string value;
    base::Timestamp noted_at;
};
using Facts = std::map<std::string, Fact>;

// Figures of the whole. Blocking, thread-safe; can fail with Errc::store_unavailable.
class StatisticsStore {
public:
    virtual ~StatisticsStore() = default;
    virtual base::Result<StatusCounts> status_counts() = 0;
    // Reads every row: for a page only where there are few.
    virtual base::Result<Exposure> exposure(base::Timestamp now) = 0;
    // Counts what was issued and ended on the day that begins at `day`, and keeps it.
    virtual base::Result<void> count_day(base::Timestamp day) = 0;
    // Keeps what keys have spent since they were made.
    virtual base::Result<void> record_spending(const std::vector<KeySpending>& keys, base::Timestamp now) = 0;
    // Sums up what SpendingStore has of the day that begins at `day`, of keys that have ended, too,
    // and keeps it. Repeating it is harmless. Reads every spender of that day: not for a page.
    virtual base::Result<void> count_spending(base::Timestamp day) = 0;
    // Who has spent most on the day that begins at `day`, the most first. Reads every spender of
    // that day: not for a page.
    virtual base::Result<std::vector<Spender>> top_spenders(base::Timestamp day, int limit) = 0;
    // What each of these accounts has spent on the day that begins at `day`, with all its keys; who
    // has spent nothing is missing.
    virtual base::Result<std::map<std::string, base::MicroUsd>> spent_on(base::Timestamp day,
                                                                         const std::vector<GithubUserId>& accounts) = 0;
    // From the day of `since` on, in order; days without anything may be missing.
    virtual base::Result<std::vector<DayStatistics>> days(base::Timestamp since) = 0;
    virtual base::Result<Facts> facts() = 0;
    virtual base::Result<void> set_facts(const std::map<std::string, std::string>& facts, base::Timestamp now) = 0;
    virtual base::Result<void> record_failure(const std::string& what, base::Timestamp now) = 0;
    // The latest first.
    virtual base::Result<std::vector<Failure>> failures(int limit) = 0;
    // Forgets failures before `before`.
    virtual base::Result<void> prune(base::Timestamp before) = 0;
};

struct StatisticsSettings {
    std::optional<base::MicroUsd> spend_alarm;  // of a day
    base::Seconds call_timeout{15};
    base::Seconds spending_every{300};  // 0: spending is never asked for
};

class WebhookStore;

// Told of each attempt to read a figure: "credits", "spending", "exposure"
// or "activity".
using MetricLog = std::function<void(std::string_view figure, bool has_succeeded)>;

// Takes the figures from time to time, and says what the holders of webhooks are waiting for:
// expired keys, a full quota, spending above the alarm. Each figure by itself: one that cannot be
// read leaves the others as they are. Blocking; for one thread.
class Statistics {
public:
    Statistics(StatisticsStore& store, SpendingStore& spending, WebhookStore& webhooks, KeyProvider& provider,
               const base::Clock& clock, const TermsSource& terms, StatisticsSettings settings, MetricLog log = {})
        : store_(store),
          spending_(spending),
          webhooks_(webhooks),
          provider_(provider),
          clock_(clock),
          terms_(terms),
          settings_(settings),
          log_(std::move(log)) {}

    // What is due of it. Gives what went wrong, for the log; empty: nothing.
    std::string run_once(const std::stop_token& stop);

private:
    base::Result<void> take_exposure(base::Timestamp now);
    base::Result<void> take_figures(base::Timestamp now);
    base::Result<void> prune(base::Timestamp now);
    base::Result<void> notice(const Facts& facts, base::Timestamp now);
    base::Result<void> notice_spending(base::Timestamp now);
    base::Result<void> ask_for_credits();
    base::Result<void> ask_for_activity();
    base::Result<void> take_top_spenders(base::Timestamp now);
    base::Result<void> ask_for_spending(const std::stop_token& stop, base::Timestamp now);
    base::Result<void> read_spending(const std::stop_token& stop, base::Timestamp now);
    void note(std::string_view figure, const base::Result<void>& outcome) const;

    StatisticsStore& store_;
    SpendingStore& spending_;
    WebhookStore& webhooks_;
    KeyProvider& provider_;
    const base::Clock& clock_;
    const TermsSource& terms_;
    const StatisticsSettings settings_;
    const MetricLog log_;
    base::Seconds figures_pause_{30};  // grows with the time that they take
};

// Names of facts.
namespace fact {
// For those of amounts noted_at says when they were read.
inline constexpr const char* figures = "figures";                       // when Exposure was taken: noted_at
inline constexpr const char* counted = "counted";                       // when the rest was tried: noted_at
inline constexpr const char* usable_keys = "usable_keys";               // of Exposure
inline constexpr const char* expired_keys = "expired_keys";             // of Exposure
inline constexpr const char* exposure_per_day = "exposure_per_day";     // of Exposure, in millionths of a dollar
inline constexpr const char* exposure_until = "exposure_until_expiry";  // likewise
inline constexpr const char* last_expiry = "last_expiry";               // Unix seconds; empty: none
inline constexpr const char* dead_deliveries = "dead_deliveries";       // of webhooks: given up
inline constexpr const char* credits_total = "credits_total";           // in millionths of a dollar
inline constexpr const char* credits_used = "credits_used";             // likewise
inline constexpr const char* credits_problem = "credits_problem";       // why they could not be read; empty: they were
inline constexpr const char* asked = "asked_upstream";               // when spending and credits were tried: noted_at
inline constexpr const char* spending = "spending";                  // when all keys' spending was read: noted_at
inline constexpr const char* spending_problem = "spending_problem";  // why it could not be read; empty: it was
inline constexpr const char* models = "models";              // spending by model, see rankings_json.hpp; noted_at: when
inline constexpr const char* models_asked = "models_asked";  // when it was tried: noted_at
inline constexpr const char* most_today = "most_today";      // who spent most today, see rankings_json.hpp
inline constexpr const char* reconciled = "reconciled";      // what it came to; noted_at: when
inline constexpr const char* reconcile_problem = "reconcile_problem";  // empty: none
inline constexpr const char* unremembered_keys = "unremembered_keys";  // that were left alone
inline constexpr const char* unremembered_note = "unremembered_note";  // what they are, and why; empty: none
inline constexpr const char* expired_until = "expired_until";          // expiries before have been noticed
inline constexpr const char* guardrail = "guardrail";                  // what it allows, as first seen or accepted
inline constexpr const char* is_quota_full = "is_quota_full";          // "1" or "0"
}  // namespace fact

}  // namespace llmapikey
