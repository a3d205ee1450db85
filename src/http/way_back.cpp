#include "http/way_back.hpp"

#include "http/next_path.hpp"

namespace llmapikey {
namespace {

bool is_page(const RouteTable& routes, std::string_view path, bool is_console) {
    const Route* route = routes.find("GET", path, is_console ? Part::admin : Part::open);
    return route != nullptr && route->method == "GET";
}

// Only path and query are used, so the host in the URL does not matter.
std::string path_of(std::string_view url) {
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) return {};
    const auto slash = url.find('/', scheme + 3);
    if (slash == std::string_view::npos) return {};
    const std::string path(url.substr(slash, url.find('#') - slash));
    return safe_next_path(path) == path ? path : std::string();
}

}  // namespace

std::string way_back(const Context& context) {
    const bool is_console = context.route != nullptr && context.route->path.starts_with("/admin");
    const std::string referring = path_of(context.request.header("referer"));
    const std::string page = referring.substr(0, referring.find('?'));
    if (!page.empty() && is_page(context.shared.routes, page, is_console)) {
        // Without this, the page would show the result of an earlier action again.
        return referring.find("result=") == std::string::npos ? referring : page;
    }
    if (is_console) return "/admin";
    return context.route != nullptr && context.route->path.starts_with("/dashboard") ? "/dashboard" : "/";
}

}  // namespace llmapikey
