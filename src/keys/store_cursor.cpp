#include "keys/store_cursor.hpp"

#include "base/encoding.hpp"

namespace llmapikey {
namespace {

// Later times than 9999-12-31 are none of ours, and PostgreSQL does not know all of them.
constexpr std::int64_t value_max = 253'402'300'799'999'999;

char letter_of(GrantOrder order) {
    switch (order) {
        case GrantOrder::newest:
            return 'n';
        case GrantOrder::expires_soonest:
            return 'e';
        case GrantOrder::spent_most:
            return 's';
        case GrantOrder::unused_longest:
            return 'u';
    }
    return 'n';
}

}  // namespace

std::string GrantCursor::text(GrantOrder order) const {
    return letter_of(order) + std::to_string(value) + "." + grant_id;
}

base::Result<GrantCursor> GrantCursor::parse(const std::string& text, GrantOrder order) {
    const auto dot = text.find('.');
    const bool has_parts = dot != std::string::npos && dot > 1 && text.front() == letter_of(order);
    const auto value = has_parts ? base::parse_whole_number(text.substr(1, dot - 1)) : std::nullopt;
    if (!value || *value > value_max || !base::is_uuid(text.substr(dot + 1))) {
        return base::fail(base::Errc::invalid_input, "this is no cursor of a page of this list");
    }
    return GrantCursor{*value, text.substr(dot + 1)};
}

}  // namespace llmapikey
