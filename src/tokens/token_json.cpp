#include "tokens/token_json.hpp"

#include <boost/json/array.hpp>

#include "base/encoding.hpp"
#include "base/json_values.hpp"

namespace llmapikey {

namespace json = boost::json;

json::object to_json(const ApiToken& token) {
    json::object object;
    object["id"] = token.id;
    object["name"] = token.name;
    object["hint"] = token.hint;
    json::array scopes;
    for (const Scope scope : token.scopes)
        scopes.push_back(json::string(to_text(scope)));
    object["scopes"] = std::move(scopes);
    object["created_at"] = base::to_rfc3339(token.created_at);
    object["expires_at"] = base::to_rfc3339(token.expires_at);
    object["revoked_at"] = base::time_or_null(token.revoked_at);
    object["used_at"] = base::time_or_null(token.used_at);
    return object;
}

}  // namespace llmapikey
