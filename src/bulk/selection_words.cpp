#include "bulk/selection_words.hpp"

#include "base/encoding.hpp"
#include "base/plural.hpp"

namespace llmapikey {
namespace {

std::string day_of(base::Timestamp time) {
    return base::to_date(time);
}

std::string kind_of(GrantStatus status) {
    switch (status) {
        case GrantStatus::waiting:
            return "keys that people wait for";
        case GrantStatus::pending:
            return "keys that are being made";
        case GrantStatus::ambiguous:
            return "keys in doubt";
        case GrantStatus::active:
            return "keys that people have";
        case GrantStatus::replacing:
            return "keys that are being replaced";
        case GrantStatus::revoking:
            break;
    }
    return "keys that are being revoked";
}

// "keys that people have", "expired keys"
std::string kind_of(const GrantQuery& query) {
    if (query.is_expired) return "expired keys";
    if (query.is_disabled) return "keys that are switched off";
    if (query.cap_use) return query.cap_use == CapUse::reached ? "keys at today's cap" : "keys near today's cap";
    if (query.is_usable) return "active keys";
    if (query.is_missing) return "missing keys";
    if (query.hold) return query.hold == HoldLength::for_good ? "keys of blocked people" : "keys of people on hold";
    return query.status ? kind_of(*query.status) : "keys in any state";
}

std::vector<std::string> conditions_of(const GrantQuery& query) {
    std::vector<std::string> conditions;
    if (!query.search.empty()) conditions.push_back("match the search '" + query.search + "'");
    if (query.is_unused) conditions.push_back("have spent nothing yet");
    if (query.not_used_since) conditions.push_back("were not used since " + day_of(*query.not_used_since));
    if (query.expires_by) {
        const auto days = std::chrono::duration_cast<std::chrono::hours>(*query.expires_by - query.now).count() / 24;
        conditions.push_back("expire within " + base::counted(days, "day"));
    }
    if (query.created_from) conditions.push_back("were made on " + day_of(*query.created_from) + " or later");
    if (query.created_before) {
        const auto last = *query.created_before - std::chrono::hours{24};
        conditions.push_back("were made on " + day_of(last) + " or before");
    }
    return conditions;
}

}  // namespace

std::string in_words(const BulkSelection& selection) {
    if (!selection.ids.empty()) return "the keys that were chosen";
    if (selection.is_everything) return selection.query.status ? "every active key" : "every key";
    std::string words = kind_of(selection.query);
    const auto conditions = conditions_of(selection.query);
    for (std::size_t i = 0; i < conditions.size(); ++i) {
        const bool is_last = i + 1 == conditions.size();
        words += (i == 0 ? " that " : is_last ? " and " : ", ") + conditions[i];
    }
    return words;
}

}  // namespace llmapikey
