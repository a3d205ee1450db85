#include "people/people_words.hpp"

namespace llmapikey {

Badge badge_of(PersonState state) {
    switch (state) {
        case PersonState::usable:
            return {"good", "Active"};
        case PersonState::near_cap:
            return {"warn", "Near cap"};
        case PersonState::at_cap:
            return {"bad", "At cap"};
        case PersonState::disabled:
            return {"warn", "Switched off"};
        case PersonState::missing:
            return {"bad", "Missing"};
        case PersonState::expired:
            return {"", "Expired"};
        case PersonState::waiting:
            return {"", "Waiting"};
        case PersonState::pending:
            return {"", "Being made"};
        case PersonState::ambiguous:
            return {"bad", "In doubt"};
        case PersonState::replacing:
            return {"", "Being replaced"};
        case PersonState::revoking:
            return {"", "Being revoked"};
        case PersonState::blocked:
            return {"bad", "Blocked"};
        case PersonState::on_hold:
            return {"warn", "On hold"};
        case PersonState::ended:
            return {"", "Ended"};
        case PersonState::not_claimed:
            return {"", "Not claimed"};
    }
    return {};
}

const std::vector<StateWord>& state_labels() {
    static const std::vector<StateWord> all = {
        {"usable", "Active"},
        {"at_cap", "At cap"},
        {"near_cap", "Near cap"},
        {"not_claimed", "Not claimed"},
        {"never_used", "Never used"},
        {"disabled", "Switched off"},
        {"waiting", "Waiting"},
        {"pending", "Being made"},
        {"ambiguous", "In doubt"},
        {"replacing", "Being replaced"},
        {"revoking", "Being revoked"},
        {"missing", "Missing"},
        {"blocked", "Blocked"},
        {"on_hold", "On hold"},
        {"expiring", "Expiring soon"},
        {"expired", "Expired"},
        {"ended", "Ended"},
        {"active", "With a key"},
    };
    return all;
}

const std::vector<BulkAct>& bulk_acts() {
    static const std::vector<BulkAct> all = {
        {"disable", "/admin/changes/new", "Switch off…", "", "disable"},
        {"enable", "/admin/changes/new", "Switch on…", "", "enable"},
        {"replace", "/admin/changes/new", "Replace…", "danger", "replace"},
        {"cap", "/admin/changes/new", "Change cap…", "", "cap"},
        {"revoke", "/admin/revocations/new", "Revoke…", "danger"},
    };
    return all;
}

const std::vector<ColumnHead>& column_heads() {
    static const std::vector<ColumnHead> all = {
        {PeopleOrder::today, "Today", "r"},        {PeopleOrder::total, "In all", "r"},
        {PeopleOrder::last_used, "Last used", ""}, {PeopleOrder::expires, "Expires", ""},
        {PeopleOrder::created, "Created", "wide"},
    };
    return all;
}

}  // namespace llmapikey
