#include "service/key_search.hpp"

#include "base/encoding.hpp"

namespace llmapikey::service {
namespace {

constexpr int grants_per_page = 100;
constexpr int ended_max = 20;
constexpr std::string_view prefix = "sk-or-", whole_prefix = "sk-or-v1-";

bool belongs_to_key(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

base::Result<std::vector<LedgerEntry>> ended_with_hint(AdminStore& store, const std::string& hint) {
    GrantQuery query;
    query.search = hint;
    query.limit = grants_per_page;
    auto page = store.list_ended(query);
    if (!page) return tl::unexpected(page.error());
    std::vector<LedgerEntry> ended;
    for (LedgerEntry& entry : page->entries) {
        const bool is_meant = entry.grant.key_hint == hint && ended.size() < static_cast<std::size_t>(ended_max);
        if (is_meant) ended.push_back(std::move(entry));
    }
    return ended;
}

}  // namespace

base::Secret raw_key_in(std::string_view pasted) {
    const auto start = base::to_lower(pasted).find(prefix);
    if (start == std::string::npos) {
        const std::string_view bare = domain::bare_key_in(pasted);
        return base::Secret(bare.empty() ? "" : std::string(whole_prefix) + std::string(bare));
    }
    std::size_t end = start;
    while (end < pasted.size() && belongs_to_key(pasted[end]))
        ++end;
    return base::Secret(std::string(pasted.substr(start, end - start)));
}

base::Result<FoundKey> find_by_raw_key(AdminStore& store, const Issuance& issuance, const base::Secret& raw_key) {
    GrantQuery query;
    query.hint = domain::key_hint(raw_key.reveal());
    query.limit = grants_per_page;
    FoundKey found;
    do {
        auto page = store.list(query);
        if (!page) return tl::unexpected(page.error());
        for (domain::Grant& grant : page->grants) {
            if (grant.sealed_key.empty() && grant.status == domain::GrantStatus::revoking) {
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
        query.cursor = page->next_cursor;
    } while (!query.cursor.empty());
    auto ended = ended_with_hint(store, query.hint);
    if (!ended) return tl::unexpected(ended.error());
    found.ended.insert(found.ended.end(), ended->begin(), ended->end());
    return found;
}

}  // namespace llmapikey::service
