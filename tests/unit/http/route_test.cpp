#include "http/route.hpp"

#include <gtest/gtest.h>

#include "app/route_table.hpp"

namespace llmapikey {
namespace {

TEST(RouteMatch, OnlyTheSegmentOfAnIdMayDiffer) {
    EXPECT_EQ(match("/admin", "/admin"), "");
    EXPECT_EQ(match("/keys/{id}", "/keys/a-b"), "a-b");
    EXPECT_EQ(match("/keys/{id}/revoke", "/keys/7/revoke"), "7");
    for (const auto& [pattern, path] :
         std::vector<std::pair<const char*, const char*>>{{"/admin", "/admin/"},
                                                          {"/admin", "/Admin"},
                                                          {"/admin", "/adm"},
                                                          {"/keys/{id}", "/keys"},
                                                          {"/keys/{id}", "/keys/"},
                                                          {"/keys/{id}", "/keys/a/b"},
                                                          {"/keys/{id}/revoke", "/keys/7"},
                                                          {"/keys/{id}/revoke", "/keys//revoke"}})
        EXPECT_FALSE(match(pattern, path)) << pattern << " " << path;
}

TEST(RouteMatch, OneSlashAtTheEndIsLeftOut) {
    EXPECT_EQ(without_slash("/docs/"), "/docs");
    for (const char* path : {"/", "/docs", "/docs//", "//", ""})
        EXPECT_EQ(without_slash(path), "") << path;
}

TEST(RouteTableTest, AdminsRoutesAreLookedForApart) {
    const RouteTable table = app::route_table();
    EXPECT_EQ(table.find("GET", "/admin", Part::open), nullptr);
    ASSERT_NE(table.find("GET", "/admin", Part::admin), nullptr);
    EXPECT_EQ(table.find("GET", "/docs", Part::admin), nullptr);
    for (const Route& route : table.routes()) {
        const Part part = route.access == Access::admin ? Part::admin : Part::open;
        const Part other = part == Part::admin ? Part::open : Part::admin;
        EXPECT_EQ(table.find(route.method, route.path, part), &route) << route.method << " " << route.path;
        EXPECT_EQ(table.find(route.method, route.path, other), nullptr) << route.path << " is of both parts";
    }
}

TEST(RouteTableTest, AnotherMethodFindsThePathAndAllThatItTakes) {
    const RouteTable table = app::route_table();
    const Route* route = table.find("PUT", "/api/v1/me/key", Part::open);
    ASSERT_NE(route, nullptr) << "so that 405 is told from 404";
    EXPECT_EQ(route->path, "/api/v1/me/key");
    const std::string allowed = table.allowed_methods("/api/v1/me/key");
    for (const char* method : {"GET", "POST", "DELETE"})
        EXPECT_NE(allowed.find(method), std::string::npos) << allowed;
    EXPECT_EQ(table.find("GET", "/no-such", Part::open), nullptr);
}

TEST(RouteTableTest, EachRouteHasItsNumberAndItsLabel) {
    const RouteTable table = app::route_table();
    const auto labels = table.labels();
    ASSERT_EQ(labels.size(), table.routes().size() + 1);
    EXPECT_EQ(table.number(nullptr), 0u);
    for (std::size_t i = 0; i < table.routes().size(); ++i) {
        EXPECT_EQ(table.number(&table.routes()[i]), i + 1);
        EXPECT_NE(labels[i + 1].find(table.routes()[i].path), std::string::npos);
    }
}

TEST(RouteTableTest, WhatChangesSomethingAsksForEvidence) {
    for (const Route& route : app::route_table().routes()) {
        EXPECT_EQ(route.csrf == Csrf::required, route.method != "GET") << route.method << " " << route.path;
        if (route.scope != ApiScope::none) {
            EXPECT_TRUE(route.path.starts_with("/api/v1/")) << route.path << " takes no token";
            EXPECT_EQ(route.access, Access::admin) << route.path;
        }
    }
}

}  // namespace
}  // namespace llmapikey
