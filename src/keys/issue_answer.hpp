#pragma once

#include <string>

#include "keys/issuance.hpp"
#include "net/http_types.hpp"

// Answers for programs that ask for a key; the same for recipients and organizers.
namespace llmapikey {

// Returns the row of the answer. A failure because the provider asks to slow down has a row of its
// own.
const KeyOutcomeRow& row_of(const IssueAnswer& answer);

enum class ShowKey { no, yes };
// `provider` is the provider's name, for people. Adds Retry-After if the program should ask again.
net::Response issue_json(const IssueAnswer& answer, ShowKey show, std::string_view provider);
// Returns an error of the same form. `message` is for the program's user.
net::Response issue_error_json(int http_status, const std::string& message, base::Seconds retry_after);

}  // namespace llmapikey
