// The document says what the routes are, no more and no less.
#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <set>

#include "app/route_list.hpp"
#include "base/embedded.hpp"
#include "base/encoding.hpp"

namespace llmapikey::test {
namespace {

std::string scope_of(const boost::json::object& operation) {
    for (const auto& way : operation.at("security").as_array())
        if (const auto* scopes = way.as_object().if_contains("token"))
            return std::string(scopes->as_array().at(0).as_string());
    return "";
}

TEST(OpenapiDocument, NamesEveryRouteOfTheApiWithItsScope) {
    std::set<std::string> real, written;
    for (const app::RouteRow& route : app::list_routes()) {
        if (!route.path.starts_with("/api/v1/")) continue;
        real.insert(base::to_lower(route.method) + " " + std::string(route.path) + " " + std::string(route.scope));
    }
    const auto document = boost::json::parse(embedded_openapi()[0].text);
    for (const auto& [path, item] : document.at("paths").as_object()) {
        for (const auto& [method, operation] : item.as_object()) {
            if (method == "parameters") continue;
            written.insert(std::string(method) + " " + std::string(path) + " " + scope_of(operation.as_object()));
        }
    }
    EXPECT_EQ(real, written);
    EXPECT_FALSE(real.empty());
}

}  // namespace
}  // namespace llmapikey::test
