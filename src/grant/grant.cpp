#include "grant/grant.hpp"

#include <algorithm>
#include <iterator>

#include "base/encoding.hpp"
#include "providers/known_providers.hpp"

namespace llmapikey {
namespace {

struct NamedProblem {
    MintProblem problem;
    std::string_view text;
};
constexpr NamedProblem named_problems[] = {
    {MintProblem::lost_answer, "lost_answer"},
    {MintProblem::upstream_down, "upstream_down"},
    {MintProblem::rate_limited, "rate_limited"},
    {MintProblem::refused, "refused"},
    {MintProblem::paused, "paused"},
};

constexpr GrantStatus statuses[] = {GrantStatus::waiting, GrantStatus::pending,  GrantStatus::ambiguous,
                                    GrantStatus::active,  GrantStatus::revoking, GrantStatus::replacing};
constexpr std::string_view status_names[] = {"waiting", "pending", "ambiguous", "active", "revoking", "replacing"};
static_assert(std::size(statuses) == std::size(status_names));
static_assert(std::size(statuses) == static_cast<std::size_t>(GrantStatus::replacing) + 1);

}  // namespace

std::span<const GrantStatus> all_statuses() {
    return statuses;
}

std::string_view to_text(GrantStatus status) {
    return status_names[static_cast<std::size_t>(status)];
}

std::optional<GrantStatus> parse_grant_status(std::string_view text) {
    for (const GrantStatus status : statuses)
        if (to_text(status) == text) return status;
    return std::nullopt;
}

bool is_expired(const Grant& grant, base::Timestamp now) {
    return grant.status == GrantStatus::active && grant.expires_at <= now;
}

std::string_view to_text(MintProblem problem) {
    for (const NamedProblem& named : named_problems)
        if (named.problem == problem) return named.text;
    return "";
}

MintProblem parse_mint_problem(std::string_view text) {
    for (const NamedProblem& named : named_problems)
        if (named.text == text) return named.problem;
    return MintProblem::none;
}

bool is_dead(const Grant& grant, base::Timestamp now) {
    return is_expired(grant, now) || (grant.status == GrantStatus::active && grant.missing_since.has_value());
}

bool is_ending_attempt(const Grant& grant) {
    return grant.status == GrantStatus::revoking && grant.delete_handle.empty() && !grant.nonce.empty();
}

base::MicroUsd limit_at(const Grant& grant, base::Timestamp now) {
    const bool is_lowered = grant.carried_until && now < *grant.carried_until;
    return is_lowered ? std::max(base::MicroUsd{grant.daily_limit.value - grant.carried.value}, base::MicroUsd{})
                      : grant.daily_limit;
}

base::Timestamp next_reset(base::Timestamp now) {
    return std::chrono::floor<std::chrono::days>(now) + std::chrono::days{1};
}

std::string day_text(base::Timestamp time) {
    return base::to_date(time);
}

base::Seconds settle_time(base::Seconds call_timeout) {
    return 2 * call_timeout;
}

bool is_settled(const Grant& grant, base::Timestamp now, base::Seconds settle_time) {
    return grant.attempted_at + settle_time <= now;
}

bool holds_raw_key(std::string_view text) {
    const auto is_same = [](char c, char wanted) { return (c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) == wanted; };
    const auto known = known_providers();
    return std::any_of(known.begin(), known.end(), [&](const ProviderTraits* provider) {
        const std::string_view family = provider->key.family;
        return std::search(text.begin(), text.end(), family.begin(), family.end(), is_same) != text.end();
    });
}

std::string_view bare_key_in(std::string_view text) {
    const auto known = known_providers();
    const auto is_length_of_a_key = [&](std::size_t length) {
        return std::any_of(known.begin(), known.end(), [&](const ProviderTraits* provider) {
            return provider->key.hex_digits > 0 && provider->key.hex_digits == length;
        });
    };
    const auto is_digit_or_letter = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    };
    const auto is_hex = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    };
    for (auto start = text.begin(); start != text.end();) {
        start = std::find_if(start, text.end(), is_digit_or_letter);
        const auto end = std::find_if_not(start, text.end(), is_digit_or_letter);
        const auto length = static_cast<std::size_t>(end - start);
        if (is_length_of_a_key(length) && std::all_of(start, end, is_hex))
            return text.substr(static_cast<std::size_t>(start - text.begin()), length);
        start = end;
    }
    return {};
}

std::string key_hint(std::string_view raw_key) {
    return std::string(raw_key.size() <= 4 ? raw_key : raw_key.substr(raw_key.size() - 4));
}

}  // namespace llmapikey
