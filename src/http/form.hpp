#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmapikey {

// The fields of a query string or of an application/x-www-form-urlencoded body (URL Standard
// section 5). A field with a malformed escape or that is not text (base::is_text) is left out, and
// so are fields beyond the hundredth.
class Form {
public:
    explicit Form(std::string_view encoded);
    // Returns the first field of that name; empty if absent.
    const std::string& value(std::string_view name) const;
    bool has(std::string_view name) const;
    // Returns every field of that name, in order.
    std::vector<std::string> values(std::string_view name) const;
    // Returns whether no field was left out.
    bool is_whole() const { return is_whole_; }
    std::vector<std::pair<std::string, std::string>> take() { return std::move(fields_); }

private:
    std::vector<std::pair<std::string, std::string>> fields_;
    bool is_whole_ = true;
};

}  // namespace llmapikey
