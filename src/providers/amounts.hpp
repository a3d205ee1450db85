#pragma once

#include <cmath>
#include <optional>

#include "base/money.hpp"

namespace llmapikey {

// Converts dollars that an upstream reports. Returns nullopt for NaN and for more than 100 million
// either way: the amount then counts as unread and is not shown. The bound keeps sums over all keys
// from overflowing.
inline std::optional<base::MicroUsd> to_balance(double usd) {
    constexpr double most = 1.0e8;
    return std::fabs(usd) <= most ? std::optional(base::MicroUsd::from_usd(usd)) : std::nullopt;
}

// Does the same for amounts that cannot be negative (limits, spending, payments): returns nullopt
// below zero.
inline std::optional<base::MicroUsd> to_amount(double usd) {
    return usd >= 0 ? to_balance(usd) : std::nullopt;
}

}  // namespace llmapikey
