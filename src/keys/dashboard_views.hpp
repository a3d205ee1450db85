#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "http/answers/shown_values.hpp"
#include "http/answers/views.hpp"
#include "keys/dashboard_state.hpp"

// The dashboard as a value.
namespace llmapikey {

struct KeyUsage {
    std::string spent_usd;                      // today: "$1.50"
    std::string remaining_usd;                  // today; empty: there is no limit
    std::string this_week_usd, this_month_usd;  // empty: not known yet
    int percent_spent = 0;                      // 0 to 100; only with a limit
    ShownAge updated;                           // when upstream was asked
    bool is_stale = false;                      // upstream could not be asked; this is the last known state
    std::optional<Chart> days;                  // spending of the account; nullopt: none in the last 30 days
};

struct DashboardView {
    Frame frame;
    DashboardState state = DashboardState::signed_out;
    std::string notice_good, notice_bad;  // outcome of the last request, above the content; empty: nothing
    // Set for has_key; the first three also for unreadable (raw_key is empty).
    std::string masked_key;
    std::string raw_key;
    std::string expires_on;  // "2027-02-22"
    std::string last_used;   // "2027-02-22 14:05 UTC"; empty: not known
    std::int64_t days_left = 0;
    bool is_expired = false;
    bool is_gone = false;  // upstream no longer knows the key
    std::string grant_id;  // the key that can be replaced or given back; empty: none can
    std::string limit_today_usd,
        carried_usd;                         // the cap until it is reset, and what earlier keys spent; empty: the same
    bool is_disabled = false;                // an organizer has switched it off
    std::string revealed_at, reveal_reason;  // an organizer has looked at the key; empty: never
    std::optional<KeyUsage> usage;           // nullopt: not known yet (being fetched), unless usage_failed
    bool usage_failed = false;
    std::string place;           // for queued: "3"; empty: not known
    std::string problem;         // why the latest attempt failed, as a sentence; empty: none
    std::string past_key;        // for no_key: what became of the last one, as a sentence; empty: there was none
    bool is_given_back = false;  // for on_hold: the recipient set it by giving a key back
    std::string hold_reason;     // for on_hold: the organizer's reason; empty: none
    std::string hold_until;      // for on_hold: "2027-02-22 14:05 UTC"; empty: until it is lifted
    std::string resets_at;       // "00:00 UTC, in 5 h 12 min"
    std::string api_base_url;
    std::string example_model;
};

// Returns a complete HTML document.
std::string render(const DashboardView& view);

}  // namespace llmapikey
