#include "http/field_check.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <set>

#include "base/encoding.hpp"
#include "base/nearest.hpp"
#include "http/form.hpp"
#include "http/request_fields.hpp"

namespace llmapikey {
namespace {

namespace json = boost::json;

constexpr Field csrf_token{"csrf_token", FieldKind::text};

base::Result<void> refuse(const std::string& why) {
    return base::fail(base::Errc::invalid_input, why);
}

std::string quoted(std::string_view name) {
    return "\"" + base::to_printable(name, 60) + "\"";
}

base::Result<void> refuse_unknown(std::string_view name, std::span<const Field> known) {
    std::vector<std::string> names;
    for (const Field& field : known)
        names.emplace_back(field.name);
    std::string why = "there is no field " + quoted(name) + " here";
    const std::string likely = base::nearest(name, names);
    if (!likely.empty()) why += "; did you mean " + quoted(likely) + "?";
    std::string all;
    for (const std::string& each : names)
        all += (all.empty() ? "" : ", ") + each;
    return refuse(why + (all.empty() ? "; it takes none" : (likely.empty() ? "; it takes " : " It takes ") + all));
}

const Field* find(std::span<const Field> known, std::string_view name) {
    if (name == csrf_token.name) return &csrf_token;
    const auto found = std::find_if(known.begin(), known.end(), [&](const Field& field) { return field.name == name; });
    return found == known.end() ? nullptr : &*found;
}

std::string_view wanted(FieldKind kind) {
    switch (kind) {
        case FieldKind::text:
            return "a text";
        case FieldKind::id:
            return "an id: digits";
        case FieldKind::number:
        case FieldKind::typed:
            return "a number";
        case FieldKind::flag:
            return "true or false";
        case FieldKind::text_list:
            return "a list of texts";
    }
    return "";
}

bool is_number(std::string_view text) {
    const auto digits = [](std::string_view part) {
        return std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
    };
    if (text.starts_with('-')) text.remove_prefix(1);
    const auto point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    const std::string_view rest = point == std::string_view::npos ? std::string_view("0") : text.substr(point + 1);
    return !whole.empty() && !rest.empty() && digits(whole) && digits(rest);
}

// Checks a value of a form or query. An empty value counts as absent.
bool fits(FieldKind kind, std::string_view text) {
    if (kind == FieldKind::text_list) return true;
    text = base::trim(text);
    if (text.empty()) return true;
    if (kind == FieldKind::number) return is_number(text);
    return kind != FieldKind::flag || text == "true" || text == "false" || text == "1" || text == "0";
}

bool fits(FieldKind kind, const json::value& value) {
    const bool is_whole = value.is_int64() || value.is_uint64();
    switch (kind) {
        case FieldKind::text:
            return value.is_null() || value.is_string();
        case FieldKind::id:
            return value.is_null() || value.is_string() || is_whole;
        case FieldKind::number:
            return value.is_null() || is_whole || value.is_double() ||
                   (value.is_string() && fits(kind, std::string_view(value.get_string())));
        case FieldKind::typed:
            return value.is_null() || value.is_string() || is_whole || value.is_double();
        case FieldKind::flag:
            return value.is_null() || value.is_bool() ||
                   (value.is_string() && fits(kind, std::string_view(value.get_string())));
        case FieldKind::text_list:
            return value.is_null() || value.is_string() ||
                   (value.is_array() && std::all_of(value.get_array().begin(), value.get_array().end(),
                                                    [](const json::value& item) { return item.is_string(); }));
    }
    return false;
}

enum class Unknown { refused, passed_over };

// A program may leave a field empty by mistake, and that must not widen the request to any key or
// every state. Pages are exempt: they send the empty fields of their forms.
bool may_be_empty(const RouteFields& route, std::string_view name) {
    if (name == "key_id") return false;
    const bool has_no_meaning = name == "cursor" || name == "limit" || name == "reason";
    // An organizer may say nothing.
    const bool is_meant = name == "organizer_name" || name == "organizer_contact";
    return has_no_meaning || is_meant || !route.path.starts_with("/api/v1/");
}

base::Result<void> refuse_empty(std::string_view name) {
    return refuse(std::string(name) + " is empty: leave it out, or say what is meant");
}

bool is_empty(const json::value& value) {
    if (const auto* text = value.if_string()) return base::trim(*text).empty();
    const auto* list = value.if_array();
    return list != nullptr && std::any_of(list->begin(), list->end(), is_empty);
}

// Checks a query or a form.
base::Result<void> check_encoded(std::string_view encoded, std::span<const Field> known, const RouteFields& route,
                                 Unknown unknown) {
    Form form(encoded);
    if (!form.is_whole()) return refuse("a field cannot be read: it must be percent-encoded UTF-8");
    std::set<std::string> seen;
    for (const auto& [name, value] : form.take()) {
        const Field* const field = find(known, name);
        if (field == nullptr && unknown == Unknown::passed_over) continue;
        if (field == nullptr) return refuse_unknown(name, known);
        if (base::trim(value).empty() && !may_be_empty(route, name)) return refuse_empty(name);
        if (!fits(field->kind, std::string_view(value)))
            return refuse(name + " must be " + std::string(wanted(field->kind)));
        const bool is_new = seen.insert(name).second;
        if (!is_new && field->kind != FieldKind::text_list) return refuse(name + " is there twice");
    }
    return {};
}

base::Result<void> check_json(std::string_view body, std::span<const Field> known, const RouteFields& route) {
    boost::system::error_code ec;
    const auto parsed = json::parse(body, ec);
    if (ec || !parsed.is_object()) return refuse("the body must be a JSON object");
    for (const auto& [name, value] : parsed.get_object()) {
        const Field* const field = find(known, name);
        if (field == nullptr) return refuse_unknown(name, known);
        const bool is_no_key = name == "key_id" && value.is_null();
        if ((is_empty(value) && !may_be_empty(route, name)) || is_no_key) return refuse_empty(name);
        if (!fits(field->kind, value))
            return refuse(std::string(name) + " must be " + std::string(wanted(field->kind)));
    }
    return {};
}

base::Result<void> check_body(const net::Request& request, std::span<const Field> known, const RouteFields& route) {
    if (request.body.empty()) return {};
    switch (body_kind_of(request)) {
        case BodyKind::json:
            return check_json(request.body, known, route);
        case BodyKind::form:
            return check_encoded(request.body, known, route, Unknown::refused);
        case BodyKind::other:
            break;
    }
    return refuse("the body must be application/json or application/x-www-form-urlencoded");
}

}  // namespace

bool is_decodable(std::string_view query) {
    return Form(query).is_whole();
}

base::Result<void> check_fields(const RouteFields& fields, const net::Request& request) {
    const bool is_strict = fields.path.starts_with("/api/v1/") || fields.path.starts_with("/admin");
    TRY(check_encoded(request.query, fields.query, fields, is_strict ? Unknown::refused : Unknown::passed_over));
    return fields.method == "GET" ? base::Result<void>{} : check_body(request, fields.body, fields);
}

}  // namespace llmapikey
