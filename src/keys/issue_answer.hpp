#pragma once

#include <string>
#include <string_view>

#include "keys/issuance.hpp"
#include "net/http_types.hpp"

// What a request for a key came to, in the words of the contract; for recipients and admins alike.
namespace llmapikey {

struct IssueWording {
    std::string_view status;  // in JSON
    std::string_view notice;  // in the page's address; empty: none
    int http_status;
    std::string message;
};

// `provider`: its name, for people.
IssueWording wording_of(const IssueAnswer& answer, std::string_view provider);

enum class ShowKey { no, yes };
// `answer` may be null. Adds Retry-After where it is due.
net::Response issue_json(const IssueWording& wording, const IssueAnswer* answer, ShowKey show,
                         base::Seconds retry_after);

}  // namespace llmapikey
