#include "net/retry_after.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <optional>

#include "base/encoding.hpp"

namespace llmapikey::net {
namespace {

constexpr base::Seconds most{3600};

// Parses an HTTP-date (RFC 9110 section 5.6.7) in any of its three forms.
std::optional<base::Timestamp> parse_date(std::string_view text) {
    const bool has_time = text.find(':') != std::string_view::npos;  // curl would take a lone "2027" for a date
    const std::time_t time = has_time ? curl_getdate(std::string(text).c_str(), nullptr) : std::time_t{-1};
    if (time < 0) return std::nullopt;
    return base::Timestamp{base::Seconds{time}};
}

}  // namespace

base::Seconds retry_after_of(const ClientResponse& response, base::Timestamp now) {
    const std::string_view value = base::trim(response.header("retry-after"));
    if (const auto seconds = base::parse_whole_number(value)) return base::Seconds{std::min(*seconds, most.count())};
    const auto until = parse_date(value);
    if (!until) return base::Seconds{0};
    const base::Timestamp from = parse_date(base::trim(response.header("date"))).value_or(now);
    return std::clamp<base::Seconds>(*until - from, base::Seconds{0}, most);
}

}  // namespace llmapikey::net
