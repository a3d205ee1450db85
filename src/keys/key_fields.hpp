#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "grant/hold.hpp"
#include "http/request_fields.hpp"
#include "keys/admin_store.hpp"
#include "keys/grant_query.hpp"

// Fields of requests that say something about keys.
namespace llmapikey {

// A reason that is needed, as check_text().
base::Result<std::string> reason_of(const RequestFields& fields);

// Why a key is ended or an account held, and for how long.
struct ReasonAndHold {
    std::string reason;
    std::optional<Hold> hold;
};
// "reason" as reason_of(); "hold": "none", "forever" or a duration; absent: none. invalid_input.
base::Result<ReasonAndHold> reason_and_hold_of(const RequestFields& fields, base::Timestamp now);
// "disabled" and "daily_limit_usd"; invalid_input: one of them makes no sense.
base::Result<KeyChange> change_of(const RequestFields& fields);

// The fields by which keys are filtered, without those that are empty.
std::vector<std::pair<std::string, std::string>> filters_of(const FieldReader& field);

}  // namespace llmapikey
