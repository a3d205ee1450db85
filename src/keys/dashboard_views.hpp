#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "http/answers/shown_values.hpp"
#include "http/answers/views.hpp"
#include "keys/dashboard_state.hpp"
#include "providers/example_model.hpp"

// The dashboard as a value.
namespace llmapikey {

struct KeyUsage {
    std::string spent_usd;       // today, over all keys of the account: "$2.30"
    std::string remaining_usd;   // today: "$7.70"; empty: there is no limit
    std::string spent_of_range;  // of the days in the chart: "$63.72"
    int percent_spent = 0;       // of the daily cap, 0 to 100; only with a limit
    ShownAge updated;            // when upstream was asked
    bool is_stale = false;       // upstream could not be asked; this is the last known state
    std::optional<Chart> days;   // spending of the account; nullopt: none in these days
};

struct DashboardView {
    Frame frame;
    DashboardState state = DashboardState::signed_out;
    std::string notice_good, notice_bad;  // outcome of the last request, above the content; empty: nothing
    // Set for has_key; the first four also for unreadable and not_kept (raw_key is empty).
    std::string masked_key;
    std::string raw_key;
    ShownTime expires_on;
    std::int64_t days_left = 0;
    bool is_expired = false;
    bool is_gone = false;                  // upstream no longer knows the key
    std::string grant_id;                  // the key that can be replaced or given back; empty: none can
    std::string carried_usd;               // what earlier keys spent today; empty: nothing
    bool is_disabled = false;              // an organizer has switched it off
    std::optional<ShownTime> revealed_at;  // an organizer has looked at the key; nullopt: never
    std::string reveal_reason;
    std::optional<KeyUsage> usage;  // nullopt: not known yet (being fetched), unless usage_failed
    bool usage_failed = false;
    int days_shown = 30;         // 7, 30 or 90: of the chart
    std::string place;           // for queued: "3"; empty: not known
    std::string problem;         // why the latest attempt failed, as a sentence; empty: none
    std::string past_key;        // for no_key: what became of the last one, as a sentence; empty: there was none
    bool is_given_back = false;  // for on_hold: the recipient set it by giving a key back
    std::string hold_reason;     // for on_hold: the organizer's reason; empty: none
    std::optional<ShownTime> hold_until;  // for on_hold; nullopt: until it is lifted
    ShownTime resets_at;                  // when the daily cap resets
    std::string resets_in;                // "22 h 55 min"
    std::string api_base_url;
    std::string example_model;
    std::vector<ModelToTry> models;  // to try; the first is chosen
};

// Returns a complete HTML document.
std::string render(const DashboardView& view);

}  // namespace llmapikey
