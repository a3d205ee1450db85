#include "keys/account_check.hpp"

namespace llmapikey {
namespace {

constexpr int keys_asked_for = 3;
constexpr int rows_looked_at = 50;  // some of them may be marked as missing already

}  // namespace

base::Result<bool> is_our_account(AdminStore& store, KeyProvider& provider, base::Deadline deadline) {
    GrantQuery query;
    query.status = GrantStatus::active;
    query.limit = rows_looked_at;
    const auto page = TRY(store.list(query));
    int asked = 0;
    for (const Grant& grant : page.grants) {
        if (grant.missing_since || asked == keys_asked_for) continue;
        ++asked;
        const auto key = provider.get(grant.delete_handle, deadline);
        if (key) return true;
        if (key.error().code != base::Errc::not_found) return tl::unexpected(key.error());
    }
    return asked == 0;
}

}  // namespace llmapikey
