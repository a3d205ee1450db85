#pragma once

#include <string>
#include <string_view>

namespace llmapikey {

// A statement of src/webhooks/statements, as for translated().
std::string webhook_statement(std::string_view name);

// A statement, as for translated(), that tells the holders of webhooks, if there are any, of rows
// (id, github_user_id, github_username) and is run in the transaction of what happened to them.
// `rows`: which, with a condition (`api_keys WHERE ...`); `key`: an expression that names what
// happened, once.
std::string webhook_notice(const std::string& type, const std::string& rows, const std::string& key,
                           const std::string& detail);

}  // namespace llmapikey
