#pragma once

#include <string>
#include <vector>

#include "http/answers/views.hpp"

// The console's page of API tokens as a value.
namespace llmapikey {

struct TokenRow {
    std::string id, name, hint, scopes, created_on, expires_on, used_at, state;
    bool is_valid = false;
};

struct TokensView {
    Frame frame;
    std::vector<TokenRow> tokens;
    std::string new_token;  // shown only this once
    std::string notice_good, notice_bad;
};

// Returns a complete HTML document.
std::string render(const TokensView& view);

}  // namespace llmapikey
