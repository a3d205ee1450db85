#include "http/form.hpp"

#include "base/encoding.hpp"

namespace llmapikey {
namespace {

constexpr std::size_t fields_max = 100;

}  // namespace

Form::Form(std::string_view encoded) {
    for (const std::string_view part : base::split(encoded, '&')) {
        if (part.empty()) continue;
        const auto equals = part.find('=');
        auto name = base::from_percent_encoded(part.substr(0, equals), /*plus_is_space=*/true);
        auto value = equals == std::string_view::npos
                         ? std::optional<std::string>("")
                         : base::from_percent_encoded(part.substr(equals + 1), /*plus_is_space=*/true);
        const bool is_fit =
            name && value && base::is_text(*name) && base::is_text(*value) && fields_.size() < fields_max;
        is_whole_ = is_whole_ && is_fit;
        if (is_fit) fields_.emplace_back(std::move(*name), std::move(*value));
    }
}

const std::string& Form::value(std::string_view name) const {
    static const std::string empty;
    for (const auto& [field_name, field_value] : fields_) {
        if (field_name == name) return field_value;
    }
    return empty;
}

std::vector<std::string> Form::values(std::string_view name) const {
    std::vector<std::string> all;
    for (const auto& [field_name, field_value] : fields_)
        if (field_name == name) all.push_back(field_value);
    return all;
}

bool Form::has(std::string_view name) const {
    for (const auto& field : fields_) {
        if (field.first == name) return true;
    }
    return false;
}

}  // namespace llmapikey
