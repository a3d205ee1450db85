#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "net/http_types.hpp"

namespace llmapikey {

// The type of a request's body by its Content-Type. Media types ignore case and may have parameters
// (RFC 9110 section 8.3.1).
enum class BodyKind {
    json,
    form,  // also without Content-Type
    other
};

BodyKind body_kind_of(const net::Request& request);

// The fields of a request's body, from a form or a JSON object. Lists are repeated fields.
class RequestFields {
public:
    // invalid_input: the type is JSON but the body is no JSON object, the type is neither JSON nor
    // a form, or a field cannot be read. Leaving such a field out could widen the request.
    static base::Result<RequestFields> read(const net::Request& request);

    bool has(std::string_view name) const;
    // Returns whether the field is there and is null in the JSON.
    bool is_null(std::string_view name) const;
    // Returns the first value of that name; empty if absent or null.
    std::string text(std::string_view name) const;
    std::vector<std::string> texts(std::string_view name) const;

private:
    std::vector<std::pair<std::string, std::string>> fields_;
    std::vector<std::string> nulls_;  // names
};

// Returns whether the value of a flag is "true" or "1".
bool is_set(std::string_view flag);

}  // namespace llmapikey
