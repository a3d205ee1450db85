// The document says what the routes are, no more and no less.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <set>

#include "app/route_list.hpp"
#include "app/route_table.hpp"
#include "base/embedded.hpp"
#include "base/encoding.hpp"
#include "http/field_check.hpp"

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

// The texts of an answer's schema that are secrets by their names, wherever the schema stands.
std::set<std::string> secrets_of(const boost::json::value& document, const boost::json::object& operation) {
    std::set<std::string> secrets;
    const auto& responses = operation.at("responses").as_object();
    for (const char* const status : {"200", "201"}) {
        const auto* response = responses.if_contains(status);
        if (response == nullptr) continue;
        const auto* schema = &response->at("content").at("application/json").at("schema");
        if (const auto* reference = schema->as_object().if_contains("$ref"))
            schema = &document.at_pointer(std::string(reference->as_string()).substr(1));
        const auto* all = schema->as_object().if_contains("allOf");
        for (const auto& part : all == nullptr ? boost::json::array{*schema} : all->as_array()) {
            const auto* properties = part.as_object().if_contains("properties");
            if (properties == nullptr) continue;
            for (const auto& [name, property] : properties->as_object()) {
                const auto* type = property.as_object().if_contains("type");
                const bool is_text =
                    type != nullptr && boost::json::serialize(*type).find("\"string\"") != std::string::npos;
                const std::string_view text = name;
                if (is_text && (text == "key" || text == "token" || text == "secret")) secrets.emplace(text);
            }
        }
    }
    return secrets;
}

// An answer that is kept for its Idempotency-Key is looked at before it shows a secret again.
TEST(OpenapiDocument, EverySecretOfAnAnswerIsCheckedBeforeItIsShownAgain) {
    const auto document = boost::json::parse(embedded_openapi()[0].text);
    int count = 0;
    for (const Route& route : app::route_table().routes()) {
        if (route.method != "POST" || !route.path.starts_with("/api/v1/")) continue;
        SCOPED_TRACE(route.path);
        const auto secrets =
            secrets_of(document, document.at("paths").at(std::string(route.path)).at("post").as_object());
        const bool shows_none =
            route.path == "/api/v1/keys" && route.method == "POST";  // the schema is that of one's own key
        if (secrets.empty() || shows_none || route.kind == Kind::recorded_always) continue;
        ++count;
        ASSERT_NE(route.secret, nullptr);
        EXPECT_EQ(secrets, std::set<std::string>{std::string(route.secret->field)});
    }
    EXPECT_EQ(count, 5);
}

using Names = std::set<std::string>;

Names names_of(std::span<const Field> fields) {
    Names names;
    for (const Field& field : fields)
        names.emplace(field.name);
    return names;
}

// What routes take beside what the document says would be refused or unknown: the table of fields
// decides.
TEST(OpenapiDocument, NamesTheFieldsOfEveryRoute) {
    const auto document = boost::json::parse(embedded_openapi()[0].text);
    for (const Route& route : app::route_table().routes()) {
        if (!route.path.starts_with("/api/v1/")) continue;
        SCOPED_TRACE(std::string(route.method) + " " + std::string(route.path));
        const auto& operation =
            document.at("paths").at(std::string(route.path)).at(base::to_lower(route.method)).as_object();
        const RouteFields fields = app::route_table().fields_of(route);
        Names query, body;
        if (const auto* parameters = operation.if_contains("parameters")) {
            for (const auto& parameter : parameters->as_array()) {
                const auto* name = parameter.as_object().if_contains("name");
                if (name != nullptr) query.emplace(name->as_string());
            }
        }
        if (const auto* request = operation.if_contains("requestBody")) {
            const auto& schema = request->at("content").at("application/json").at("schema").as_object();
            for (const auto& [name, property] : schema.at("properties").as_object())
                body.emplace(name);
            EXPECT_EQ(schema.at("additionalProperties"), boost::json::value(false));
        }
        EXPECT_EQ(names_of(fields.query), query);
        EXPECT_EQ(names_of(fields.body), body);
    }
}

TEST(RouteFields, AreOfRoutesThatExist) {
    for (const RouteFields& fields : app::route_fields()) {
        const auto routes = app::route_table().routes();
        const bool exists = std::any_of(routes.begin(), routes.end(), [&](const Route& route) {
            return route.method == fields.method && route.path == fields.path;
        });
        EXPECT_TRUE(exists) << fields.method << " " << fields.path;
    }
}

const Route& route_of(std::string_view method, std::string_view path) {
    const auto routes = app::route_table().routes();
    return *std::find_if(routes.begin(), routes.end(),
                         [&](const Route& route) { return route.method == method && route.path == path; });
}

base::Result<void> check(std::string_view method, std::string_view path, std::string_view query, std::string_view type,
                         std::string_view body) {
    const net::HeaderView headers[] = {{"Content-Type", type}};
    net::Request request;
    request.method = method;
    request.path = path;
    request.query = query;
    request.headers = headers;
    request.body = body;
    return check_fields(app::route_table().fields_of(route_of(method, path)), request);
}

std::string problem_of(std::string_view path, std::string_view body) {
    const auto checked = check("POST", path, "", "application/json", body);
    return checked ? "" : checked.error().detail;
}

TEST(RouteFields, AFieldThatIsUnknownIsNamedWithTheNearestOne) {
    const std::string unknown = problem_of("/api/v1/keys", R"({"github_user_id":1,"daily_limit_usd":2})");
    EXPECT_NE(unknown.find("\"daily_limit_usd\""), std::string::npos) << unknown;
    EXPECT_NE(unknown.find("github_username"), std::string::npos) << unknown;
    const std::string misspelt = problem_of("/api/v1/keys/{id}/revoke", R"({"resaon":"x"})");
    EXPECT_NE(misspelt.find("did you mean \"reason\"?"), std::string::npos) << misspelt;
    EXPECT_FALSE(check("POST", "/api/v1/webhooks/{id}/test", "", "application/json", R"({"x":1})"));
    EXPECT_FALSE(check("POST", "/admin/keys", "", "application/x-www-form-urlencoded", "github_user_id=1&x=1"));
    EXPECT_TRUE(check("POST", "/admin/keys", "", "application/x-www-form-urlencoded", "github_user_id=1&csrf_token=x"));
}

TEST(RouteFields, AValueOfAnotherKindIsRefusedByItsField) {
    for (const auto& [body, field] : std::vector<std::pair<std::string, std::string>>{
             {R"({"ids":[null],"reason":"x"})", "ids"},
             {R"({"ids":[1],"reason":"x"})", "ids"},
             {R"({"ids":{"a":1},"reason":"x"})", "ids"},
             {R"({"unused":"maybe","reason":"x"})", "unused"},
             {R"({"unused":2,"reason":"x"})", "unused"},
             {R"({"all":"yes","reason":"x"})", "all"},
             {R"({"q":["a"],"reason":"x"})", "q"},
             {R"({"q":true,"reason":"x"})", "q"},
             {R"({"expires_within":"soon","reason":"x"})", "expires_within"},
             {R"({"confirm":true,"reason":"x"})", "confirm"},
             {R"({"q":"a","reason":5})", "reason"}}) {
        const std::string problem = problem_of("/api/v1/revocations", body);
        EXPECT_TRUE(problem.starts_with(field + " must be ")) << body << ": " << problem;
    }
    EXPECT_EQ(problem_of("/api/v1/revocations", R"({"q":"a","unused":true,"expires_within":3,"reason":"x"})"), "");
    EXPECT_EQ(problem_of("/api/v1/keys", R"({"github_user_id":12,"github_username":null})"), "");
    EXPECT_EQ(problem_of("/api/v1/keys", R"({"github_user_id":"12"})"), "");
    EXPECT_FALSE(check("POST", "/api/v1/keys", "", "application/json", "[]"));
    EXPECT_FALSE(check("POST", "/api/v1/keys", "", "text/plain", "github_user_id=1"));
}

TEST(RouteFields, WhatIsTypedOnAPageIsJudgedByThatPage) {
    const std::string form = "application/x-www-form-urlencoded";
    EXPECT_TRUE(check("POST", "/admin/keys/{id}/change", "", form, "daily_limit_usd=lots"));
    EXPECT_TRUE(check("POST", "/admin/tokens", "", form, "expires_in_days=soon"));
    EXPECT_EQ(problem_of("/admin/keys/{id}/change", R"({"daily_limit_usd":2.5})"), "");
    EXPECT_EQ(problem_of("/admin/keys/{id}/change", R"({"daily_limit_usd":"2.5"})"), "");
    EXPECT_NE(problem_of("/admin/keys/{id}/change", R"({"daily_limit_usd":[]})"), "");
    EXPECT_FALSE(check("PATCH", "/api/v1/keys/{id}", "", "application/json", R"({"daily_limit_usd":"lots"})"));
}

TEST(RouteFields, AQueryMustBeReadable) {
    for (const std::string query : {"q=%zz", "q=%", "q=%ff", "%zz=1", "q=a&q=b", "nothing=1", "unused=perhaps"})
        EXPECT_FALSE(check("GET", "/api/v1/keys", query, "", "")) << query;
    EXPECT_TRUE(check("GET", "/api/v1/keys", "q=a+b%C3%A4&unused=1&limit=3", "", ""));
    EXPECT_FALSE(check("GET", "/", "q=%zz", "", ""));
    EXPECT_TRUE(check("GET", "/", "utm_source=a", "", "")) << "links to public pages carry fields of other programs";
}

}  // namespace
}  // namespace llmapikey::test
