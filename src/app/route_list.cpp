#include "app/route_list.hpp"

#include "app/route_table.hpp"

namespace llmapikey::app {
namespace {

std::string_view name_of(Access access) {
    switch (access) {
        case Access::anyone:
            return "anyone";
        case Access::session:
            return "session";
        case Access::admin:
            return "admin";
        case Access::operator_:
            return "operator";
    }
    return {};
}

std::string_view name_of(Limit limit) {
    switch (limit) {
        case Limit::none:
            return "none";
        case Limit::per_client:
            return "client";
        case Limit::shared:
            return "shared";
    }
    return {};
}

std::string_view name_of(ApiScope scope) {
    switch (scope) {
        case ApiScope::none:
            return "";
        case ApiScope::read:
            return "read";
        case ApiScope::write:
            return "write";
        case ApiScope::reveal:
            return "reveal";
    }
    return {};
}

}  // namespace

std::vector<RouteRow> list_routes() {
    std::vector<RouteRow> rows;
    for (const Route& route : route_table().routes()) {
        rows.push_back({route.method, route.path, name_of(route.access), route.csrf == Csrf::required,
                        name_of(route.limit), name_of(route.scope)});
    }
    return rows;
}

}  // namespace llmapikey::app
