#include "keys/key_search.hpp"

#include "base/encoding.hpp"

namespace llmapikey {
namespace {

constexpr int grants_per_page = 100;
constexpr int ended_max = 20;

base::Result<std::vector<LedgerEntry>> ended_with_hint(AdminStore& store, const std::string& hint) {
    GrantQuery query;
    query.search = hint;
    query.limit = grants_per_page;
    auto page = TRY(store.list_ended(query));
    std::vector<LedgerEntry> ended;
    for (LedgerEntry& entry : page.entries) {
        const bool is_meant = entry.grant.key_hint == hint && ended.size() < static_cast<std::size_t>(ended_max);
        if (is_meant) ended.push_back(std::move(entry));
    }
    return ended;
}

}  // namespace

base::Result<FoundKey> find_by_raw_key(AdminStore& store, const Issuance& issuance, const base::Secret& raw_key) {
    GrantQuery query;
    query.hint = key_hint(raw_key.reveal());
    query.limit = grants_per_page;
    FoundKey found;
    do {
        auto page = TRY(store.list(query));
        for (Grant& grant : page.grants) {
            if (grant.sealed_key.empty() && grant.status == GrantStatus::revoking) {
                LedgerEntry ending;
                ending.grant = grant;
                found.ended.push_back(std::move(ending));
            }
            if (grant.sealed_key.empty()) continue;
            const auto opened = issuance.open_key(grant);
            if (!opened || opened->reveal() != raw_key.reveal()) continue;
            found.grant = std::move(grant);
            return found;
        }
        query.cursor = page.next_cursor;
    } while (!query.cursor.empty());
    auto ended = TRY(ended_with_hint(store, query.hint));
    found.ended.insert(found.ended.end(), ended.begin(), ended.end());
    return found;
}

}  // namespace llmapikey
