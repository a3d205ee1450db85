#include "keys/key_fields.hpp"

#include "base/encoding.hpp"
#include "grant/written_text.hpp"

namespace llmapikey {

base::Result<std::string> reason_of(const RequestFields& fields) {
    return check_text(fields.text("reason"), reason_rule);
}

base::Result<ReasonAndHold> reason_and_hold_of(const RequestFields& fields, base::Timestamp now) {
    const auto reason = TRY(reason_of(fields));
    const std::string text = fields.text("hold");
    // Without the field `hold` the account is not barred: after a leak the person is to have
    // another key.
    const auto hold = TRY(parse_hold(text.empty() ? "none" : text, reason, now));
    return ReasonAndHold{reason, hold};
}

base::Result<KeyChange> change_of(const RequestFields& fields) {
    KeyChange change;
    const std::string disabled = fields.text("disabled");
    if (is_set(disabled) || disabled == "false" || disabled == "0") {
        change.is_disabled = is_set(disabled);
    } else if (!disabled.empty()) {
        return base::fail(base::Errc::invalid_input, "disabled must be true or false");
    }
    const std::string limit = fields.text("daily_limit_usd");
    if (limit.empty()) return change;
    change.daily_limit = base::parse_daily_limit(limit);
    if (change.daily_limit) return change;
    return base::fail(base::Errc::invalid_input,
                      "daily_limit_usd must be an amount above 0 and up to 100000, such as 10 or 2.50");
}

std::vector<std::pair<std::string, std::string>> filters_of(const FieldReader& field) {
    std::vector<std::pair<std::string, std::string>> filters;
    for (const std::string name : {"q", "state", "unused", "not_used_since", "expires_within", "from", "to"}) {
        std::string value(base::trim(field(name)));
        if (!value.empty()) filters.emplace_back(name, std::move(value));
    }
    return filters;
}

}  // namespace llmapikey
