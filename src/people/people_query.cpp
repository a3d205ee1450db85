#include "people/people_query.hpp"

#include <algorithm>

namespace llmapikey {
namespace {

struct NamedOrder {
    std::string_view word;
    PeopleOrder order;
    bool is_descending_at_first;
};
constexpr NamedOrder orders[] = {
    {"person", PeopleOrder::person, false},
    {"today", PeopleOrder::today, true},
    {"total", PeopleOrder::total, true},
    {"last_used", PeopleOrder::last_used, false},
    {"expires", PeopleOrder::expires, false},
    {"created", PeopleOrder::created, true},
    // What the list of keys called them.
    {"newest", PeopleOrder::created, true},
    {"expiry", PeopleOrder::expires, false},
    {"spent", PeopleOrder::total, true},
};

base::Result<void> read_order(const FieldReader& field, PeopleQuery& query) {
    const std::string sort = field("sort"), direction = field("dir");
    if (!sort.empty()) {
        const auto* const found = std::find_if(std::begin(orders), std::end(orders),
                                               [&](const NamedOrder& each) { return each.word == sort; });
        if (found == std::end(orders))
            return base::fail(base::Errc::invalid_input,
                              "sort must be person, today, total, last_used, expires or created");
        query.order = found->order;
    }
    query.is_descending = direction.empty() ? is_descending_at_first(query.order) : direction == "desc";
    if (direction.empty() || direction == "asc" || direction == "desc") return {};
    return base::fail(base::Errc::invalid_input, "dir must be asc or desc");
}

base::Result<void> read_state(const std::string& text, PeopleQuery& query) {
    const auto& words = people_states();
    query.state = text;
    if (text.empty() || std::find(words.begin(), words.end(), text) != words.end()) return {};
    std::string list;
    for (const std::string& word : words)
        list += (list.empty() ? "" : word == words.back() ? " or " : ", ") + word;
    return base::fail(base::Errc::invalid_input, "state must be " + list);
}

}  // namespace

const std::vector<std::string>& people_states() {
    static const std::vector<std::string> words = [] {
        std::vector<std::string> all = state_words();
        all.emplace_back("not_claimed");
        return all;
    }();
    return words;
}

GrantQuery state_query(const std::string& state, base::Timestamp now) {
    const auto field = [&](std::string_view name) { return name == "state" ? state : std::string(); };
    auto query = state == "not_claimed" ? base::Result<GrantQuery>(GrantQuery{}) : parse_grant_query(field, now);
    return query ? std::move(*query) : GrantQuery{};
}

std::string_view to_text(PeopleOrder order) {
    return std::find_if(std::begin(orders), std::end(orders), [&](const auto& each) { return each.order == order; })
        ->word;
}

bool is_descending_at_first(PeopleOrder order) {
    return std::find_if(std::begin(orders), std::end(orders), [&](const auto& each) { return each.order == order; })
        ->is_descending_at_first;
}

base::Result<PeopleQuery> parse_people_query(const FieldReader& field, base::Timestamp now) {
    PeopleQuery query;
    query.now = now;
    query.filters = TRY(parse_grant_query(
        [&](std::string_view name) { return name == "state" || name == "sort" ? std::string() : field(name); }, now));
    for (const auto& read : {read_state(field("state"), query), read_order(field, query)}) {
        TRY(read);
    }
    return query;
}

}  // namespace llmapikey
