#include "activity/audit_routes.hpp"

#include "audit/audit_json.hpp"
#include "base/encoding.hpp"
#include "http/answers/api_answer.hpp"
#include "http/form.hpp"
#include "identity/login.hpp"

namespace llmapikey {
namespace {

constexpr int accounts_searched = 50;
constexpr int entries_max = 1000;

base::Result<std::vector<ChainedEntry>> entries_about(const AuditRoutes& self, const std::string& search,
                                                      std::int64_t after, int limit) {
    auto accounts = TRY(self.admin_store.find_accounts(std::string(without_at(search)), accounts_searched));
    AuditQuery query;
    query.accounts = std::move(accounts);
    query.after = after;
    query.limit = limit;
    return self.admin_store.find_audit_entries(query);
}

}  // namespace

net::Response AuditRoutes::list(const Context& context) const {
    const std::string cursor = Form(context.request.query).value("cursor");
    const auto after = cursor.empty() ? std::optional<std::int64_t>(0) : base::parse_whole_number(cursor);
    const auto limit = limit_of(context, 100, entries_max);
    if (!limit) return api_error(context, limit.error());
    if (!after) return api_error(context, {base::Errc::invalid_input, "cursor must be a number", {}});
    const std::string search(base::trim(Form(context.request.query).value("q")));
    const auto entries = search.empty() ? audit.read(*after, *limit) : entries_about(*this, search, *after, *limit);
    if (!entries) return api_error(context, entries.error());
    const bool is_full = entries->size() == static_cast<std::size_t>(*limit);
    return answer_page("entries", *entries, is_full ? std::to_string(entries->back().sequence) : "");
}

}  // namespace llmapikey
