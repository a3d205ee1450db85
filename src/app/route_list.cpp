#include "app/route_list.hpp"

#include "app/route_table.hpp"

namespace llmapikey::app {
namespace {

std::string_view name_of(web::Access access) {
    switch (access) {
        case web::Access::anyone:
            return "anyone";
        case web::Access::session:
            return "session";
        case web::Access::admin:
            return "admin";
        case web::Access::operator_:
            return "operator";
    }
    return {};
}

std::string_view name_of(web::Limit limit) {
    switch (limit) {
        case web::Limit::none:
            return "none";
        case web::Limit::per_client:
            return "client";
        case web::Limit::shared:
            return "shared";
    }
    return {};
}

std::string_view name_of(web::ApiScope scope) {
    switch (scope) {
        case web::ApiScope::none:
            return "";
        case web::ApiScope::read:
            return "read";
        case web::ApiScope::write:
            return "write";
        case web::ApiScope::reveal:
            return "reveal";
    }
    return {};
}

}  // namespace

std::vector<RouteRow> list_routes() {
    std::vector<RouteRow> rows;
    for (const web::Route& route : route_table().routes()) {
        rows.push_back({route.method, route.path, name_of(route.access), route.csrf == web::Csrf::required,
                        name_of(route.limit), name_of(route.scope)});
    }
    return rows;
}

}  // namespace llmapikey::app
