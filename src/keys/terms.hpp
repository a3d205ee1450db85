#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "base/money.hpp"
#include "base/result.hpp"

namespace llmapikey {

// The terms of the giveaway: what a key that is made now is to be, and whether one is made. They
// come with each call, because they belong to the giveaway and not to the process. A call that may
// make a key gets the terms of the configuration; what organizers have set meanwhile wins over
// them, and the statement that reserves or claims looks it up itself.
struct Terms {
    bool is_enabled = false;          // PROVISIONING_ENABLED
    std::int64_t max_total_keys = 0;  // 0: no limit
    base::MicroUsd daily_limit;
    std::chrono::days key_lifetime{90};
};

// The names under which organizers' changes of these terms are stored (src/settings).
namespace term_names {
inline constexpr std::string_view minting_paused = "minting_paused", seats = "seats", daily_limit = "daily_limit_usd",
                                  key_lifetime = "key_lifetime_days";
inline constexpr std::array all{minting_paused, seats, daily_limit, key_lifetime};
}  // namespace term_names

// Tells the terms in force: those of the configuration with what organizers have changed.
// Thread-safe.
class TermsSource {
public:
    virtual ~TermsSource() = default;
    // Returns them as this process has read them last, at most about a second ago. For pages and
    // gauges only: never make a key by these.
    virtual Terms known() const = 0;
};

}  // namespace llmapikey
