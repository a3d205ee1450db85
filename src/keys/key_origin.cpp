#include "keys/key_origin.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/plural.hpp"
#include "providers/key_provider.hpp"

namespace llmapikey {

void UnrememberedKeys::add(const std::optional<base::Timestamp>& created_at) {
    ++count;
    if (!created_at) {
        has_undated = true;
        return;
    }
    earliest = std::min(earliest.value_or(*created_at), *created_at);
    latest = std::max(latest.value_or(*created_at), *created_at);
}

std::int64_t lost_rows_max(std::int64_t live_rows) {
    constexpr std::int64_t few = 3, share = 50;
    return std::max(few, live_rows / share);
}

std::string why_left_alone(const UnrememberedKeys& keys, const DatabaseHistory& history, std::string_view provider) {
    const std::string began = base::to_rfc3339(history.began_at);
    if (keys.count == 0) return {};
    if (keys.has_undated) return std::string(provider) + " does not say when they were made";
    if (*keys.earliest <= history.began_at)
        return "this database's history began only at " + began + ", after the first of them was made";
    if (*keys.earliest <= history.began_at + upstream_skew_max) {
        return "this database's history began only at " + began +
               ", and the first of them was made within the hour after that, by a clock which may be ahead";
    }
    const std::int64_t most = lost_rows_max(history.live_rows);
    if (keys.count + history.ended_lately <= most) return {};
    std::string text = "they are more than the " + std::to_string(most) + " that " +
                       base::counted(history.live_rows, "live row") + " may have lost";
    if (history.ended_lately > 0) text += ", with " + std::to_string(history.ended_lately) + " ended within a month";
    return text;
}

std::string describe(const UnrememberedKeys& keys) {
    std::string text = (keys.count == 1 ? "there is " : "there are ") + base::counted(keys.count, "key") +
                       " of this deployment that this database has never heard of";
    if (!keys.earliest) return text;
    text += ", made " + base::to_rfc3339(*keys.earliest);
    return *keys.earliest == *keys.latest ? text : text + " to " + base::to_rfc3339(*keys.latest);
}

}  // namespace llmapikey
