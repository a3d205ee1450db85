#include "base/money.hpp"

#include <charconv>

namespace llmapikey::base {

std::optional<MicroUsd> parse_daily_limit(std::string_view text) {
    constexpr double most_usd = 100'000;
    double amount = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, amount);
    const auto limit = MicroUsd::from_usd(amount);
    const bool is_fit = error == std::errc() && stop == end && limit.value > 0 && amount <= most_usd;
    return is_fit ? std::optional(limit) : std::nullopt;
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
