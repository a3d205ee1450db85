#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmapikey::web {

// Fields of a query string or of an application/x-www-form-urlencoded body (URL Standard section 5). A field with a
// malformed escape is left out.
class Form {
public:
    explicit Form(std::string_view encoded);
    // First field of that name; empty if absent.
    const std::string& value(std::string_view name) const;
    bool has(std::string_view name) const;

private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

}  // namespace llmapikey::web
