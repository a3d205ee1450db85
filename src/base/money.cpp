#include "base/money.hpp"

#include <charconv>

namespace llmapikey::base {
namespace {

constexpr std::int64_t cent = 10'000;
constexpr std::int64_t digit_min = 100;  // the fourth digit after the point

// Below a cent, rounded to four digits: "$0.0042", "$0.005".
std::string below_a_cent(std::int64_t amount) {
    if (amount < digit_min) return "less than $0.0001";
    const std::int64_t digits = (amount + digit_min / 2) / digit_min;
    std::string text = "$0." + std::to_string(10'000 + digits).substr(1);
    while (text.back() == '0')
        text.pop_back();
    return text;
}

// "48,600" of "48600".
std::string with_commas(std::string digits) {
    for (std::size_t place = digits.size(); place > 3; place -= 3)
        digits.insert(place - 3, 1, ',');
    return digits;
}

}  // namespace

std::string grouped(std::int64_t number) {
    return number < 0 ? "-" + with_commas(std::to_string(number).substr(1)) : with_commas(std::to_string(number));
}

std::optional<MicroUsd> parse_daily_limit(std::string_view text) {
    constexpr double usd_max = 100'000;
    double amount = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, amount);
    const auto limit = MicroUsd::from_usd(amount);
    const bool is_fit = error == std::errc() && stop == end && limit.value > 0 && amount <= usd_max;
    return is_fit ? std::optional(limit) : std::nullopt;
}

std::string to_money(MicroUsd amount) {
    if (amount.value > 0 && amount.value < cent) return below_a_cent(amount.value);
    const bool is_negative = amount.value < 0;
    const std::uint64_t magnitude =
        is_negative ? 0 - static_cast<std::uint64_t>(amount.value) : static_cast<std::uint64_t>(amount.value);
    const std::uint64_t cents = magnitude / cent + (magnitude % cent >= cent / 2 ? 1 : 0);
    const std::string fraction = std::to_string(100 + cents % 100).substr(1);
    return std::string(is_negative && cents > 0 ? "-$" : "$") + with_commas(std::to_string(cents / 100)) + "." +
           fraction;
}

std::string to_cap(MicroUsd cap) {
    const std::string text = to_display(cap);
    const auto point = text.find('.');
    if (point == std::string::npos) return "$" + with_commas(text) + ".00";
    return "$" + with_commas(text.substr(0, point)) + text.substr(point);
}

std::string to_display(MicroUsd amount) {
    const std::int64_t magnitude = amount.value < 0 ? -amount.value : amount.value;
    std::string text = (amount.value < 0 ? "-" : "") + std::to_string(magnitude / 1'000'000);
    std::string fraction = std::to_string(1'000'000 + magnitude % 1'000'000).substr(1);
    while (!fraction.empty() && fraction.back() == '0')
        fraction.pop_back();
    if (fraction.empty()) return text;
    if (fraction.size() == 1) fraction.push_back('0');
    return text + "." + fraction;
}

}  // namespace llmapikey::base
