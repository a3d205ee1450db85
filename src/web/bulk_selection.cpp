#include "web/bulk_selection.hpp"

#include "base/encoding.hpp"
#include "service/bulk_revocation.hpp"

namespace llmapikey::web {

std::vector<std::pair<std::string, std::string>> filters_of(const service::FieldReader& field) {
    std::vector<std::pair<std::string, std::string>> filters;
    for (const std::string name : {"q", "state", "unused", "expires_within", "from", "to"}) {
        std::string value(base::trim(field(name)));
        if (!value.empty()) filters.emplace_back(name, std::move(value));
    }
    return filters;
}

base::Result<std::string> selection_of(const RequestFields& fields) {
    const auto ids = fields.texts("ids");
    if (!ids.empty()) return service::selection_of_ids(ids);
    const auto filters = filters_of([&](std::string_view name) { return fields.text(name); });
    if (!filters.empty() || fields.text("all") == "true") return service::selection_text(filters);
    return base::fail(base::Errc::invalid_input, "name keys by ids or by a filter, or say \"all\": true");
}

}  // namespace llmapikey::web
