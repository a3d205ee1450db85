#pragma once

#include <string>

namespace llmapikey {

// A statement, as for translated(), that tells the holders of webhooks, if there are any, of rows
// (id, github_user_id, github_username) and is run in the transaction of what happened to them.
// `source`: the rows, with a condition (`api_keys WHERE ...`); `key`: an expression that names what
// happened, once.
inline std::string webhook_notice(const std::string& type, const std::string& source, const std::string& key,
                                  const std::string& detail) {
    return "INSERT INTO llmapikey.webhook_events "
           "(id, event_key, type, grant_id, github_user_id, github_username, detail, at) SELECT {new_id}, '" +
           type + ":' || " + key + ", '" + type + "', id::text, github_user_id, github_username, " + detail +
           ", {now} FROM " + source +
           " AND EXISTS (SELECT 1 FROM llmapikey.webhook_endpoints) ON CONFLICT (event_key) DO NOTHING";
}

}  // namespace llmapikey
