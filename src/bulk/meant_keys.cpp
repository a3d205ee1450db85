#include "bulk/meant_keys.hpp"

#include "base/plural.hpp"
#include "bulk/bulk_fields.hpp"
#include "bulk/selection_words.hpp"
#include "keys/key_fields.hpp"

namespace llmapikey {
namespace {

constexpr int named_max = 25;

std::string heading_of(std::size_t named, std::int64_t count) {
    if (static_cast<std::int64_t>(named) < count) return "Among them";
    return count == 1 ? "This one" : "These " + std::to_string(count);
}

}  // namespace

MeantKeys meant_keys(const FieldReader& field, std::vector<std::string> ids) {
    MeantKeys keys;
    keys.ids = std::move(ids);
    keys.filters = filters_of(field);
    keys.is_all_said = is_set(field("all"));
    return keys;
}

std::string selection_of(const MeantKeys& keys) {
    return selection_said(keys.ids, keys.filters, keys.is_all_said);
}

base::Result<void> describe(MeantKeys& keys, const BulkSelection& selection, const GrantQuery& query,
                            const CountByNow& counted, AdminStore& grants) {
    keys.is_everything = selection.is_everything;
    keys.number = std::to_string(counted.count);
    keys.made_by = counted.made_by;
    keys.count = base::counted(counted.count, "key");
    if (selection.ids.empty()) keys.selection = in_words(selection);
    GrantQuery first = query;
    first.limit = named_max;
    const auto page = TRY(grants.list(first));
    for (const Grant& grant : page.grants)
        keys.named.push_back({grant.github_username, base::to_cap(grant.daily_limit)});
    keys.named_as = heading_of(keys.named.size(), counted.count);
    return {};
}

}  // namespace llmapikey
