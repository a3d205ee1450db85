#include "grant/hold.hpp"

#include "base/encoding.hpp"

namespace llmapikey {
namespace {

constexpr std::int64_t units_max = 100'000;

std::int64_t seconds_in(char unit) {
    return unit == 'm' ? 60 : unit == 'h' ? 3600 : unit == 'd' ? 86'400 : 0;
}

}  // namespace

base::Result<std::optional<Hold>> parse_hold(std::string_view text, const std::string& reason, base::Timestamp now) {
    if (text == "none") return std::nullopt;
    if (text == "forever") return std::optional(Hold{std::nullopt, reason});
    const auto number = text.empty() ? std::nullopt : base::parse_whole_number(text.substr(0, text.size() - 1));
    const std::int64_t unit = text.empty() ? 0 : seconds_in(text.back());
    if (!number || *number < 1 || *number > units_max || unit == 0) {
        return base::fail(base::Errc::invalid_input, "a hold is none, forever, or a duration such as 90m, 24h or 7d");
    }
    return std::optional(Hold{now + base::Seconds{*number * unit}, reason});
}

}  // namespace llmapikey
