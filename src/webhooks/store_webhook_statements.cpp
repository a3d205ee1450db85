#include "webhooks/store_webhook_statements.hpp"

#include <vector>

#include "base/embedded.hpp"
#include "sql/statement_file.hpp"

namespace llmapikey {
namespace {

// In the order in which read_event() expects them (store_webhooks.cpp).
constexpr std::string_view event_columns[] = {
    "id", "event_key", "type", "grant_id", "github_user_id", "github_username", "detail", "at",
};

// Each column behind `prefix`.
std::string listed(std::string_view prefix) {
    std::string list;
    for (const std::string_view column : event_columns)
        list.append(list.empty() ? "" : ", ").append(prefix).append(column);
    return list;
}

const std::vector<SqlWord>& words() {
    static const std::vector<SqlWord> all = {
        word("event_columns", listed("")),
        word("events", listed("event.")),
        word("has_endpoint", "EXISTS (SELECT 1 FROM llmapikey.webhook_endpoints)"),
    };
    return all;
}

}  // namespace

std::string webhook_statement(std::string_view name) {
    return statement_of(embedded_webhook_statements(), "webhooks.sql", name, words());
}

std::string webhook_notice(const std::string& type, const std::string& rows, const std::string& key,
                           const std::string& detail) {
    std::vector<SqlWord> all = words();
    all.insert(all.end(), {word("type", type), word("rows", rows), word("key", key), word("detail", detail)});
    return statement_of(embedded_webhook_statements(), "webhooks.sql", "notice", all);
}

}  // namespace llmapikey
