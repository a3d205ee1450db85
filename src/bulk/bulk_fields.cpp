#include "bulk/bulk_fields.hpp"

#include "base/encoding.hpp"
#include "bulk/bulk_selection.hpp"
#include "keys/key_fields.hpp"

namespace llmapikey {

std::string selection_said(const std::vector<std::string>& ids,
                           std::vector<std::pair<std::string, std::string>> filters, bool is_everything) {
    if (is_everything) filters.emplace_back("all", "true");
    std::string selection = base::to_query_string(filters);
    if (ids.empty()) return selection;
    return selection_of_ids(ids) + (selection.empty() ? "" : "&") + selection;
}

std::string selection_shown(const RequestFields& fields) {
    const auto field = [&](std::string_view name) { return fields.text(name); };
    return selection_said(fields.texts("ids"), filters_of(field), is_set(field("all")));
}

base::Result<std::string> selection_of(const RequestFields& fields) {
    std::string selection = selection_shown(fields);
    if (selection.empty()) {
        return base::fail(base::Errc::invalid_input,
                          "say which keys are meant: their ids, a filter such as q or state, or all");
    }
    const std::string made_by = fields.text("made_by");
    if (!made_by.empty()) selection += "&" + base::to_query_string({{"made_by", made_by}});
    TRY(parse_bulk_selection(selection, {}));
    return selection;
}

base::Result<std::optional<std::int64_t>> confirmed_count_of(const RequestFields& fields) {
    const std::string text = fields.text("confirm");
    if (text.empty()) return std::nullopt;
    const auto count = base::parse_whole_number(text);
    if (count) return count;
    return base::fail(base::Errc::invalid_input, "confirm must be the number of keys that are meant");
}

}  // namespace llmapikey
