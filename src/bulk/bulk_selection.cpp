#include "bulk/bulk_selection.hpp"

#include <algorithm>
#include <set>

#include "base/encoding.hpp"

namespace llmapikey {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view known_fields[] = {
    "ids", "all", "q", "state", "unused", "not_used_since", "expires_within", "from", "to", "made_by"};

base::Result<Fields> read_fields(const std::string& selection) {
    Fields fields;
    for (const std::string_view part : base::split(selection, '&')) {
        if (part.empty()) continue;
        const auto equals = part.find('=');
        const std::string_view name = part.substr(0, equals);
        const bool is_known =
            std::find(std::begin(known_fields), std::end(known_fields), name) != std::end(known_fields);
        auto value = equals == std::string_view::npos
                         ? std::optional<std::string>("")
                         : base::from_percent_encoded(part.substr(equals + 1), /*plus_is_space=*/true);
        if (!is_known || !value || !base::is_text(*value)) {
            return base::fail(base::Errc::invalid_input,
                              "the selection of keys cannot be read at '" + base::to_printable(part, 60) + "'");
        }
        fields.emplace_back(std::string(name), std::move(*value));
    }
    return fields;
}

std::string value_of(const Fields& fields, std::string_view name) {
    for (const auto& [field, value] : fields)
        if (field == name) return value;
    return {};
}

base::Result<std::vector<std::string>> read_ids(const Fields& fields) {
    std::vector<std::string> ids;
    std::set<std::string> seen;
    for (const auto& [name, value] : fields) {
        if (name != "ids") continue;
        for (const std::string_view id : base::split(value, ',')) {
            if (!base::is_uuid(id)) return base::fail(base::Errc::invalid_input, "ids must be ids of keys");
            if (seen.insert(base::to_lower(id)).second) ids.push_back(base::to_lower(id));
        }
    }
    if (ids.size() <= bulk_ids_max) return ids;
    return base::fail(base::Errc::invalid_input, "at most 1000 ids can be given at once; use a filter for more");
}

base::Result<bool> read_all(const Fields& fields) {
    const std::string text = value_of(fields, "all");
    if (text == "true") return true;
    if (text.empty() || text == "false") return false;
    return base::fail(base::Errc::invalid_input, "all must be true or false");
}

base::Result<std::optional<base::Timestamp>> read_made_by(const Fields& fields) {
    const std::string text = value_of(fields, "made_by");
    if (text.empty()) return std::nullopt;
    const auto seconds = base::parse_whole_number(text);
    if (!seconds) return base::fail(base::Errc::invalid_input, "made_by must be a time in Unix seconds");
    return base::Timestamp{base::Seconds{*seconds}};
}

bool narrows(const GrantQuery& query) {
    return !query.search.empty() || query.is_disabled || query.is_expired || query.is_usable || query.is_missing ||
           query.hold || query.expires_by || query.created_from || query.created_before || query.is_unused ||
           query.not_used_since;
}

}  // namespace

GrantQuery query_of(const BulkSelection& selection) {
    GrantQuery query = selection.query;
    if (!selection.made_by) return query;
    const base::Timestamp later = *selection.made_by + base::Seconds{1};
    query.created_before = std::min(query.created_before.value_or(later), later);
    return query;
}

std::string selection_of_ids(const std::vector<std::string>& grant_ids) {
    std::string ids;
    for (std::size_t i = 0; i < grant_ids.size(); ++i)
        ids += (i == 0 ? "" : ",") + grant_ids[i];
    return base::to_query_string({{"ids", ids}});
}

base::Result<BulkSelection> parse_bulk_selection(const std::string& text, base::Timestamp now) {
    const auto fields = TRY(read_fields(text));
    BulkSelection selection;
    auto ids = TRY(read_ids(fields));
    selection.ids = std::move(ids);
    const auto all = TRY(read_all(fields));
    auto query = TRY(parse_grant_query([&](std::string_view name) { return value_of(fields, name); }, now));
    selection.query = std::move(query);
    if (selection.query.is_ended) return base::fail(base::Errc::invalid_input, "ended keys cannot be chosen");
    const bool has_filter = narrows(selection.query) || selection.query.status;
    const int ways = (selection.ids.empty() ? 0 : 1) + (all ? 1 : 0) + (has_filter ? 1 : 0);
    if (ways == 0) {
        return base::fail(
            base::Errc::invalid_input,
            "the request does not say which keys are meant: give ids, a filter that is not empty, or all");
    }
    if (ways > 1)
        return base::fail(base::Errc::invalid_input, "ids, a filter and all exclude each other: give only one of them");
    if (selection.query.status == GrantStatus::revoking)
        return base::fail(base::Errc::invalid_input, "these keys are being revoked already");
    const bool is_any_status = !selection.query.status || selection.query.status == GrantStatus::active;
    selection.is_everything = selection.ids.empty() && is_any_status && !narrows(selection.query);
    selection.query.without_revoking = selection.ids.empty();
    selection.made_by = TRY(read_made_by(fields));
    return selection;
}

}  // namespace llmapikey
