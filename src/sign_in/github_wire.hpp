#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "identity/github_user_id.hpp"

// Parsers of GitHub's answers, for any bytes. These functions are pure and thread-safe.
namespace llmapikey {

// The answer to the exchange of a code has a token or an error's code; both are empty if it has
// neither.
struct ExchangeAnswer {
    base::Secret token;
    std::string error;
};
// Parses JSON, or the form encoding that GitHub uses if the Accept header was lost on the way.
ExchangeAnswer parse_exchange_answer(std::string_view body);

// Fails with upstream_down if there is no id or login, and with forbidden if the account is not a
// person's.
base::Result<Recipient> parse_user(std::string_view body);
// Returns the login of a profile; empty if there is none.
std::string parse_login(std::string_view body);
// Returns the message of an error, fit for a log; empty if there is none.
std::string parse_message(std::string_view body);

}  // namespace llmapikey
