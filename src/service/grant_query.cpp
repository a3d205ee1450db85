#include "service/grant_query.hpp"

#include "base/encoding.hpp"

namespace llmapikey::service {
namespace {

constexpr std::int64_t most_days = 36'500;

base::Result<void> read_state(const std::string& text, GrantQuery& query) {
    if (text.empty()) return {};
    if (text == "expired" || text == "disabled") {
        query.status = domain::GrantStatus::active;
        (text == "expired" ? query.is_expired : query.is_disabled) = true;
        return {};
    }
    query.status = domain::parse_grant_status(text);
    if (query.status) return {};
    return base::fail(base::Errc::invalid_input,
                      "state must be pending, ambiguous, active, revoking, expired or disabled");
}

base::Result<void> read_order(const std::string& text, GrantQuery& query) {
    if (text == "expiry") {
        query.order = GrantOrder::expires_soonest;
    } else if (text == "spent") {
        query.order = GrantOrder::spent_most;
    } else if (!text.empty() && text != "newest") {
        return base::fail(base::Errc::invalid_input, "sort must be newest, expiry or spent");
    }
    return {};
}

base::Result<std::optional<base::Timestamp>> read_date(const FieldReader& field, std::string_view name) {
    const std::string text = field(name);
    if (text.empty()) return std::nullopt;
    const auto date = text.size() == 10 ? base::parse_rfc3339(text + "T00:00:00Z") : std::nullopt;
    if (!date) return base::fail(base::Errc::invalid_input, std::string(name) + " must be a date such as 2027-02-22");
    return date;
}

base::Result<void> read_dates(const FieldReader& field, GrantQuery& query) {
    const auto from = read_date(field, "from");
    if (!from) return tl::unexpected(from.error());
    const auto to = read_date(field, "to");
    if (!to) return tl::unexpected(to.error());
    query.created_from = *from;
    if (*to) query.created_before = **to + std::chrono::days{1};
    return {};
}

base::Result<void> read_expiry(const FieldReader& field, GrantQuery& query) {
    const std::string text = field("expires_within");
    if (text.empty()) return {};
    const auto days = base::parse_whole_number(text);
    if (!days || *days > most_days) {
        return base::fail(base::Errc::invalid_input, "expires_within must be a number of days");
    }
    query.expires_by = query.now + std::chrono::days{*days};
    return {};
}

}  // namespace

base::Result<GrantQuery> parse_grant_query(const FieldReader& field, base::Timestamp now) {
    GrantQuery query;
    query.now = now;
    query.search = std::string(base::trim(field("q")));
    const std::string unused = field("unused");
    query.is_unused = unused == "1" || unused == "true";
    for (const auto& read : {read_state(field("state"), query), read_order(field("sort"), query),
                             read_dates(field, query), read_expiry(field, query)}) {
        if (!read) return tl::unexpected(read.error());
    }
    return query;
}

}  // namespace llmapikey::service
