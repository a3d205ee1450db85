#include "base/money.hpp"

namespace llmapikey::base {

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
