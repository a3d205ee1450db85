#pragma once

#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "base/money.hpp"

namespace llmapikey {

struct DayStatistics;

// How long credits last.
struct CreditsOutlook {
    enum class Kind {
        unknown,  // what is left, or what is spent, is not known
        used_up,  // nothing is left, or less than nothing
        until,    // at the present pace: see `end`
        lasting,  // for years at the present pace, or nothing is being spent
    };
    Kind kind = Kind::unknown;
    std::optional<base::Timestamp> end;  // for Kind::until
};
const char* to_text(CreditsOutlook::Kind kind);

// What is known when the outlook is taken; nullopt: it is not known, or too old.
struct CreditsSituation {
    std::optional<base::MicroUsd> left;
    std::optional<base::MicroUsd> caps_per_day;  // of all keys together
    // The last days in order, the last of them the present one; nullopt: spending is not known.
    std::optional<std::vector<DayStatistics>> days;
    base::Timestamp now;
};

// The pace is that of the last seven days, the present one as far as it has come; of fewer, where
// nothing at all is known of those before. It is never faster than all caps together allow.
CreditsOutlook credits_outlook(const CreditsSituation& situation);

}  // namespace llmapikey
