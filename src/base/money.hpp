#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace llmapikey::base {

// US dollars in millionths: exact for every amount that the upstream's JSON doubles carry.
struct MicroUsd {
    std::int64_t value = 0;

    // Rounds to the nearest micro-dollar. Amounts beyond +-9e12 USD and NaN become 0.
    static MicroUsd from_usd(double usd) {
        if (!(std::fabs(usd) < 9.0e12)) return {};
        return MicroUsd{std::llround(usd * 1e6)};
    }
    double usd() const { return static_cast<double>(value) / 1e6; }
    friend bool operator==(MicroUsd, MicroUsd) = default;
    friend auto operator<=>(MicroUsd, MicroUsd) = default;
};

// Parses text such as "10", "2.50" or "1E1". Nullopt: not a number, not above 0, or above 100,000
// US dollars.
std::optional<MicroUsd> parse_daily_limit(std::string_view text);

// Returns a number with commas between thousands: "48,600".
std::string grouped(std::int64_t number);

// Writes an amount for people, on pages, in notices and in the text output of commands: "$10.00",
// "$48,600.00", "-$1.50". An amount below one cent has up to four digits, so that it does not look
// like nothing: "$0.0042", "less than $0.0001". Zero is "$0.00".
std::string to_money(MicroUsd amount);

// Writes a cap, which people have chosen, for people. It is like to_money(), but exact: "$2.505".
// `cap` is not below 0.
std::string to_cap(MicroUsd cap);

// Writes an amount for CSV: "10", "2.50", "0.003". A fraction has at least two digits and no more
// than necessary.
std::string to_display(MicroUsd amount);

}  // namespace llmapikey::base
