#include "people/person_state.hpp"

namespace llmapikey {
namespace {

constexpr std::string_view names[] = {"usable",   "near_cap", "at_cap",  "disabled",  "missing",
                                      "expired",  "waiting",  "pending", "ambiguous", "replacing",
                                      "revoking", "blocked",  "on_hold", "ended",     "not_claimed"};
static_assert(std::size(names) == static_cast<std::size_t>(PersonState::not_claimed) + 1);

PersonState state_of_active(const PersonKey& key, base::MicroUsd today, base::Timestamp now) {
    if (key.is_disabled) return PersonState::disabled;
    if (key.is_missing) return PersonState::missing;
    if (key.expires_at <= now) return PersonState::expired;
    if (today >= key.daily_limit) return PersonState::at_cap;
    const bool is_near = today.value * 100 >= key.daily_limit.value * near_cap_percent;
    return is_near ? PersonState::near_cap : PersonState::usable;
}

PersonState state_of_key(const PersonKey& key, base::MicroUsd today, base::Timestamp now) {
    switch (key.status) {
        case GrantStatus::waiting:
            return PersonState::waiting;
        case GrantStatus::pending:
            return PersonState::pending;
        case GrantStatus::ambiguous:
            return PersonState::ambiguous;
        case GrantStatus::active:
            return state_of_active(key, today, now);
        case GrantStatus::revoking:
            return PersonState::revoking;
        case GrantStatus::replacing:
            return PersonState::replacing;
    }
    return PersonState::pending;
}

}  // namespace

std::string_view to_text(PersonState state) {
    return names[static_cast<std::size_t>(state)];
}

PersonState state_of(const Person& person, base::Timestamp now) {
    if (person.key) return state_of_key(*person.key, person.today, now);
    if (person.hold) return person.hold->until ? PersonState::on_hold : PersonState::blocked;
    return person.former ? PersonState::ended : PersonState::not_claimed;
}

}  // namespace llmapikey
