#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "identity/github_user_id.hpp"

// What GitHub answers, read from whatever bytes come. Pure; thread-safe.
namespace llmapikey {

// Of the exchange of a code: a token, or else an error's code; both empty if the answer says
// neither.
struct ExchangeAnswer {
    base::Secret token;
    std::string error;
};
// JSON, or form-encoded, as GitHub's answer is where the Accept header was lost on the way.
ExchangeAnswer parse_exchange_answer(std::string_view body);

// upstream_down: no profile with an id and a login. forbidden: an account that is no person's.
base::Result<Recipient> parse_user(std::string_view body);
// Empty: there is none.
std::string parse_login(std::string_view body);
// What an error's body says; fit for a log, empty if it says nothing.
std::string parse_message(std::string_view body);

}  // namespace llmapikey
