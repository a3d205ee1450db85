#pragma once

#include <cmath>
#include <optional>

#include "base/money.hpp"

namespace llmapikey {

// Dollars, as an upstream says them. Nullopt: nobody has or owes so much, or it is no number: it
// counts as unread, and is not shown. Sums of all keys' amounts fit.
inline std::optional<base::MicroUsd> to_balance(double usd) {
    constexpr double most = 1.0e8;
    return std::fabs(usd) <= most ? std::optional(base::MicroUsd::from_usd(usd)) : std::nullopt;
}

// Of what cannot be below zero: limits, spending, what was ever paid in.
inline std::optional<base::MicroUsd> to_amount(double usd) {
    return usd >= 0 ? to_balance(usd) : std::nullopt;
}

}  // namespace llmapikey
