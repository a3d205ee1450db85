#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/encoding.hpp"

namespace llmapikey {

// GitHub's numeric, immutable account id, which identifies a recipient. Always positive.
struct GithubUserId {
    std::int64_t value = 0;

    // Accepts only canonical decimals: "0", "007" and "+7" are refused, so that an account has one
    // spelling.
    static std::optional<GithubUserId> parse(std::string_view text) {
        if (text.empty() || text.front() == '0') return std::nullopt;
        const auto number = base::parse_whole_number(text);
        if (!number || *number <= 0) return std::nullopt;
        return GithubUserId{*number};
    }
    std::string text() const { return std::to_string(value); }
    friend auto operator<=>(GithubUserId, GithubUserId) = default;
};

struct Recipient {
    GithubUserId id;
    std::string login;  // for display only: it can be renamed and then taken by somebody else
};

}  // namespace llmapikey
