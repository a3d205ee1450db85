#include "languages/catalog_json.hpp"

#include <boost/json/parse.hpp>
#include <stdexcept>

namespace llmapikey {
namespace {

TextForms forms_of(const boost::json::value& value) {
    if (value.is_string()) return {std::string(value.as_string())};
    TextForms forms;
    for (const auto& form : value.as_array())
        forms.emplace_back(form.as_string());
    return forms;
}

}  // namespace

Catalog read_catalog(std::string_view json) {
    Catalog catalog;
    const boost::json::value parsed = boost::json::parse(json);
    for (const auto& [english, value] : parsed.as_object()) {
        TextForms forms = forms_of(value);
        if (forms.empty()) throw std::logic_error("a catalog has no text for " + std::string(english));
        catalog.emplace(english, std::move(forms));
    }
    return catalog;
}

}  // namespace llmapikey
