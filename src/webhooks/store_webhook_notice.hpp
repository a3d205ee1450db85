#pragma once

#include <string>

namespace llmapikey::postgres {

// A part of a WITH: "noticed AS (...)", which tells the holders of webhooks, if there are any, of
// the rows of `source` (id, github_user_id, github_username) in the same transaction. `key`: an
// expression that names what happened once.
inline std::string webhook_notice(const std::string& type, const std::string& source, const std::string& key,
                                  const std::string& detail = "''") {
    return "noticed AS (INSERT INTO llmapikey.webhook_events "
           "(id, event_key, type, grant_id, github_user_id, github_username, detail, at) "
           "SELECT gen_random_uuid()::text, '" +
           type + ":' || " + key + ", '" + type + "', id::text, github_user_id, github_username, " + detail +
           ", extract(epoch FROM now())::bigint FROM " + source +
           " WHERE EXISTS (SELECT 1 FROM llmapikey.webhook_endpoints) ON CONFLICT (event_key) DO NOTHING)";
}

}  // namespace llmapikey::postgres
