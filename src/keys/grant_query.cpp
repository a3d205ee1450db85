#include "keys/grant_query.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "identity/login.hpp"
#include "keys/pasted_key.hpp"

namespace llmapikey {
namespace {

constexpr std::int64_t days_max = 36'500;

// The states that are no status. "ended" comes last: such keys are in another table.
struct NamedState {
    const char* word;
    void (*select)(GrantQuery& query);
};
constexpr NamedState named_states[] = {
    {"usable", [](GrantQuery& query) { query.is_usable = true; }},
    {"near_cap", [](GrantQuery& query) { query.is_usable = true, query.cap_use = CapUse::near; }},
    {"at_cap", [](GrantQuery& query) { query.is_usable = true, query.cap_use = CapUse::reached; }},
    {"never_used", [](GrantQuery& query) { query.is_usable = query.is_unused = true; }},
    {"expiring", [](GrantQuery& query) { query.is_usable = true, query.expires_by = query.now + expires_soon; }},
    {"expired", [](GrantQuery& query) { query.status = GrantStatus::active, query.is_expired = true; }},
    {"disabled", [](GrantQuery& query) { query.status = GrantStatus::active, query.is_disabled = true; }},
    {"missing", [](GrantQuery& query) { query.is_missing = true; }},
    {"blocked", [](GrantQuery& query) { query.hold = HoldLength::for_good; }},
    {"on_hold", [](GrantQuery& query) { query.hold = HoldLength::until_a_time; }},
    {"ended", [](GrantQuery& query) { query.is_ended = true; }},
};

}  // namespace

const std::vector<std::string>& state_words() {
    static const std::vector<std::string> words = [] {
        std::vector<std::string> all;
        for (const GrantStatus status : all_statuses())
            all.emplace_back(to_text(status));
        for (const NamedState& state : named_states)
            all.emplace_back(state.word);
        return all;
    }();
    return words;
}

namespace {

base::Result<void> read_state(const std::string& text, GrantQuery& query) {
    if (text.empty()) return {};
    for (const NamedState& state : named_states) {
        if (state.word != text) continue;
        state.select(query);
        return {};
    }
    query.status = parse_grant_status(text);
    if (query.status) return {};
    std::string words;
    for (const std::string& word : state_words())
        words += (words.empty() ? "" : word == state_words().back() ? " or " : ", ") + word;
    return base::fail(base::Errc::invalid_input, "state must be " + words);
}

base::Result<void> read_unused(const std::string& text, GrantQuery& query) {
    if (text.empty() || text == "0" || text == "false") return {};
    query.is_unused = true;
    if (text == "1" || text == "true") return {};
    return base::fail(base::Errc::invalid_input, "unused must be true or false");
}

base::Result<void> read_order(const std::string& text, GrantQuery& query) {
    if (text == "expiry") {
        query.order = GrantOrder::expires_soonest;
    } else if (text == "spent") {
        query.order = GrantOrder::spent_most;
    } else if (text == "last_used") {
        query.order = GrantOrder::unused_longest;
    } else if (!text.empty() && text != "newest") {
        return base::fail(base::Errc::invalid_input, "sort must be newest, expiry, spent or last_used");
    }
    return {};
}

base::Result<std::optional<base::Timestamp>> read_date(const FieldReader& field, std::string_view name) {
    const std::string text = field(name);
    if (text.empty()) return std::nullopt;
    const auto date = text.size() == 10 ? base::parse_rfc3339(text + "T00:00:00Z") : std::nullopt;
    if (!date) return base::fail(base::Errc::invalid_input, std::string(name) + " must be a date such as 2027-02-22");
    return date;
}

base::Result<void> read_dates(const FieldReader& field, GrantQuery& query) {
    const auto from = TRY(read_date(field, "from"));
    const auto to = TRY(read_date(field, "to"));
    const auto used = TRY(read_date(field, "not_used_since"));
    query.created_from = from;
    query.not_used_since = used;
    if (to) query.created_before = *to + std::chrono::days{1};
    return {};
}

base::Result<void> read_expiry(const FieldReader& field, GrantQuery& query) {
    const std::string text = field("expires_within");
    if (text.empty()) return {};
    const auto days = base::parse_whole_number(text);
    if (!days || *days > days_max) {
        return base::fail(base::Errc::invalid_input, "expires_within must be a number of days");
    }
    const base::Timestamp by = query.now + std::chrono::days{*days};
    query.expires_by = std::min(query.expires_by.value_or(by), by);
    return {};
}

// "@octocat" means the login octocat, and "…0013" a key with these last characters.
std::string search_meant_by(std::string_view text) {
    const std::string hint = hint_of_shortened(text);
    return hint.empty() ? std::string(without_at(base::trim(text))) : hint;
}

}  // namespace

base::Result<GrantQuery> parse_grant_query(const FieldReader& field, base::Timestamp now) {
    GrantQuery query;
    query.now = now;
    query.search = search_meant_by(field("q"));
    if (!base::is_text(query.search)) return base::fail(base::Errc::invalid_input, "q must be UTF-8 text");
    if (holds_raw_key(query.search) || !bare_key_in(query.search).empty()) {
        return base::fail(base::Errc::invalid_input,
                          "q holds a whole key, which belongs in no address and no selection: look for it by POST, or "
                          "by its last four characters");
    }
    for (const auto& read :
         {read_state(field("state"), query), read_order(field("sort"), query), read_dates(field, query),
          read_expiry(field, query), read_unused(field("unused"), query)}) {
        TRY(read);
    }
    return query;
}

}  // namespace llmapikey
