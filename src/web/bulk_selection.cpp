#include "web/bulk_selection.hpp"

#include "base/encoding.hpp"

namespace llmapikey::web {

std::string filter_text(const service::FieldReader& field) {
    std::string text;
    for (const std::string_view name : {"q", "state", "unused", "expires_within", "from", "to", "sort"}) {
        const std::string value(base::trim(field(name)));
        if (value.empty()) continue;
        text += (text.empty() ? "" : "&") + std::string(name) + "=" + base::to_percent_encoded(value);
    }
    return text;
}

base::Result<std::string> selection_of(const RequestFields& fields) {
    std::string ids;
    for (const std::string& id : fields.texts("ids"))
        ids += (ids.empty() ? "" : ",") + id;
    if (!ids.empty()) return "ids=" + base::to_percent_encoded(ids);
    std::string filter = filter_text([&](std::string_view name) { return fields.text(name); });
    if (!filter.empty() || fields.text("all") == "true") return filter;
    return base::fail(base::Errc::invalid_input, "name keys by ids or by a filter, or say \"all\": true");
}

}  // namespace llmapikey::web
