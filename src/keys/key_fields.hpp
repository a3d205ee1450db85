#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "grant/hold.hpp"
#include "http/request_fields.hpp"
#include "keys/admin_store.hpp"
#include "keys/grant_query.hpp"

// Fields of requests about keys.
namespace llmapikey {

// Returns the field "reason", checked by check_text(); it is needed.
base::Result<std::string> reason_of(const RequestFields& fields);

// Says why a key is ended or an account is held, and for how long.
struct ReasonAndHold {
    std::string reason;
    std::optional<Hold> hold;
};
// Reads "reason" as reason_of() does, and "hold": "none", "forever" or a duration; absent: none.
// Fails with invalid_input.
base::Result<ReasonAndHold> reason_and_hold_of(const RequestFields& fields, base::Timestamp now);
// Reads "disabled" and "daily_limit_usd". Fails with invalid_input if one of them makes no sense.
base::Result<KeyChange> change_of(const RequestFields& fields);

// Returns the fields that filter keys, without empty ones.
std::vector<std::pair<std::string, std::string>> filters_of(const FieldReader& field);

}  // namespace llmapikey
