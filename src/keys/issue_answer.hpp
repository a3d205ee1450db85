#pragma once

#include <string>

#include "keys/issuance.hpp"
#include "net/http_types.hpp"

// What a request for a key came to, as programs are told; for recipients and admins alike.
namespace llmapikey {

// The row that tells of it: a failure since the provider asks to slow down has one of its own.
const KeyOutcomeRow& row_of(const IssueAnswer& answer);

enum class ShowKey { no, yes };
// `provider`: its name, for people. Adds Retry-After where it is due.
net::Response issue_json(const IssueAnswer& answer, ShowKey show, std::string_view provider);
// The same shape of an error. `message`: what a program is told.
net::Response issue_error_json(int http_status, const std::string& message, base::Seconds retry_after);

}  // namespace llmapikey
