#include "people/people_address.hpp"

#include "base/encoding.hpp"

namespace llmapikey {
namespace {

constexpr const char* list_path = "/admin/people";

}  // namespace

PeopleAddress::PeopleAddress(const FieldReader& field, const PeopleQuery& query)
    : sort_(sort_fields(query.order, query.is_descending)) {
    for (const std::string name : {"q", "unused", "not_used_since", "expires_within", "from", "to"}) {
        std::string value(base::trim(field(name)));
        if (!value.empty()) filters_.emplace_back(name, std::move(value));
    }
    if (!query.state.empty()) filters_.emplace_back("state", query.state);
}

PeopleAddress::Fields PeopleAddress::sort_fields(PeopleOrder order, bool is_descending) {
    Fields fields;
    if (order != PeopleQuery{}.order) fields.emplace_back("sort", to_text(order));
    if (is_descending != is_descending_at_first(order)) fields.emplace_back("dir", is_descending ? "desc" : "asc");
    return fields;
}

std::string PeopleAddress::address(const std::string& path, const std::vector<Fields>& parts) {
    Fields fields;
    for (const Fields& part : parts)
        fields.insert(fields.end(), part.begin(), part.end());
    return fields.empty() ? path : path + "?" + base::to_query_string(fields);
}

std::string PeopleAddress::page(const Fields& more) const {
    return address(list_path, {filters_, sort_, more});
}

std::string PeopleAddress::with_state(const std::string& state) const {
    Fields filters;
    for (const auto& field : filters_)
        if (field.first != "state") filters.push_back(field);
    if (!state.empty()) filters.emplace_back("state", state);
    return address(list_path, {filters, sort_});
}

std::string PeopleAddress::sorted_by(PeopleOrder order, bool is_descending) const {
    return address(list_path, {filters_, sort_fields(order, is_descending)});
}

std::string PeopleAddress::download() const {
    return address(std::string(list_path) + "/export", {filters_, sort_});
}

}  // namespace llmapikey
