#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "net/http_types.hpp"

namespace llmapikey {

// What a request says that its body is. Media types are of either case, and may have parameters
// (RFC 9110, 8.3.1).
enum class BodyKind {
    json,
    form,  // also where nothing is said
    other
};

BodyKind body_kind_of(const net::Request& request);

// Fields of a request's body, from a form or from a JSON object; lists are repeated fields.
class RequestFields {
public:
    // invalid_input: the body says that it is JSON and is no JSON object, is neither JSON nor a
    // form, or a field cannot be read: what is asked for must not become something wider because a
    // condition was left out.
    static base::Result<RequestFields> read(const net::Request& request);

    bool has(std::string_view name) const;
    // The first of that name; empty if absent or null.
    std::string text(std::string_view name) const;
    std::vector<std::string> texts(std::string_view name) const;

private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

// Whether a field of yes or no says yes.
bool is_set(std::string_view flag);

}  // namespace llmapikey
