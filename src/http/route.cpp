#include "http/route.hpp"

namespace llmapikey {
namespace {

bool belongs_to(const Route& route, Part part) {
    return (route.access == Access::admin) == (part == Part::admin);
}

}  // namespace

std::optional<std::string_view> match(std::string_view pattern, std::string_view path) {
    constexpr std::string_view placeholder = "{id}";
    const auto start = pattern.find(placeholder);
    if (start == std::string_view::npos) return pattern == path ? std::optional(std::string_view("")) : std::nullopt;
    const std::string_view tail = pattern.substr(start + placeholder.size());
    const bool fits =
        path.size() > start + tail.size() && path.starts_with(pattern.substr(0, start)) && path.ends_with(tail);
    if (!fits) return std::nullopt;
    const std::string_view id = path.substr(start, path.size() - start - tail.size());
    return id.find('/') == std::string_view::npos ? std::optional(id) : std::nullopt;
}

const Route* RouteTable::find(std::string_view method, std::string_view path, Part part) const {
    const Route* found = nullptr;
    for (const Route& route : routes_) {
        if (!belongs_to(route, part) || !match(route.path, path)) continue;
        if (route.method == method) return &route;
        if (found == nullptr) found = &route;
    }
    return found;
}

RouteFields RouteTable::fields_of(const Route& route) const {
    for (const RouteFields& fields : fields_)
        if (fields.path == route.path && fields.method == route.method) return fields;
    return {route.method, route.path, {}, {}};
}

std::vector<std::string> RouteTable::labels() const {
    std::vector<std::string> labels{"other"};
    for (const Route& route : routes_)
        labels.emplace_back(route.path);
    return labels;
}

std::string_view without_slash(std::string_view path) {
    return path.ends_with('/') && !path.ends_with("//") ? path.substr(0, path.size() - 1) : std::string_view();
}

std::string RouteTable::allowed_methods(std::string_view path) const {
    std::string methods;
    for (const Route& route : routes_) {
        if (!match(route.path, path)) continue;
        methods += (methods.empty() ? "" : ", ") + std::string(route.method);
        if (route.method == "GET") methods += ", HEAD";
    }
    return methods;
}

}  // namespace llmapikey
