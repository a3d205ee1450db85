#pragma once

#include <string>

namespace llmapikey::postgres {

// A part of a WITH: remembers the attempts of the rows of `source` (nonce; those without one are left out), which are
// given up in the same statement.
inline std::string remembering(const std::string& source) {
    return "remembered AS (INSERT INTO llmapikey.given_up_attempts (nonce, given_up_at) "
           "SELECT nonce, extract(epoch FROM now())::bigint FROM " +
           source + " WHERE nonce <> '' ON CONFLICT (nonce) DO UPDATE SET given_up_at = excluded.given_up_at)";
}

}  // namespace llmapikey::postgres
