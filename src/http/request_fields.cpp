#include "http/request_fields.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/encoding.hpp"
#include "http/form.hpp"

namespace llmapikey {
namespace {

std::string text_of(const boost::json::value& value) {
    if (value.is_null()) return {};
    return value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value);
}

}  // namespace

BodyKind body_kind_of(const net::Request& request) {
    const std::string_view said = request.header("content-type");
    const std::string_view type = base::trim(said.substr(0, said.find(';')));
    if (base::equal_ignoring_case(type, "application/json")) return BodyKind::json;
    const bool is_form = type.empty() || base::equal_ignoring_case(type, "application/x-www-form-urlencoded");
    return is_form ? BodyKind::form : BodyKind::other;
}

base::Result<RequestFields> RequestFields::read(const net::Request& request) {
    RequestFields fields;
    if (request.body.empty()) return fields;
    const BodyKind kind = body_kind_of(request);
    if (kind == BodyKind::other) return base::fail(base::Errc::invalid_input, "the body is neither JSON nor a form");
    if (kind == BodyKind::form) {
        Form form(request.body);
        if (!form.is_whole()) return base::fail(base::Errc::invalid_input, "a field of the form cannot be read");
        fields.fields_ = form.take();
        return fields;
    }
    boost::system::error_code ec;
    const auto parsed = boost::json::parse(request.body, ec);
    if (ec || !parsed.is_object()) return base::fail(base::Errc::invalid_input, "the body must be a JSON object");
    for (const auto& [name, value] : parsed.get_object()) {
        if (value.is_null()) fields.nulls_.emplace_back(name);
        if (!value.is_array()) {
            fields.fields_.emplace_back(name, text_of(value));
            continue;
        }
        for (const boost::json::value& item : value.get_array())
            fields.fields_.emplace_back(name, text_of(item));
    }
    for (const auto& [name, value] : fields.fields_)
        if (!base::is_text(value)) return base::fail(base::Errc::invalid_input, name + " is no text");
    return fields;
}

bool RequestFields::has(std::string_view name) const {
    for (const auto& field : fields_)
        if (field.first == name) return true;
    return false;
}

bool RequestFields::is_null(std::string_view name) const {
    return std::find(nulls_.begin(), nulls_.end(), name) != nulls_.end();
}

std::string RequestFields::text(std::string_view name) const {
    for (const auto& [field, value] : fields_)
        if (field == name) return value;
    return {};
}

std::vector<std::string> RequestFields::texts(std::string_view name) const {
    std::vector<std::string> all;
    for (const auto& [field, value] : fields_)
        if (field == name) all.push_back(value);
    return all;
}

bool is_set(std::string_view flag) {
    return flag == "true" || flag == "1";
}

}  // namespace llmapikey
