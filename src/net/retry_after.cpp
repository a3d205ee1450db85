#include "net/retry_after.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace llmapikey::net {

base::Seconds retry_after_of(const ClientResponse& response) {
    constexpr std::int64_t most = 3600;
    const auto seconds = base::parse_whole_number(base::trim(response.header("retry-after")));
    return base::Seconds{std::min(seconds.value_or(0), most)};
}

}  // namespace llmapikey::net
