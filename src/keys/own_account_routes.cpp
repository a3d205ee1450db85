#include "keys/own_account_routes.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/embedded.hpp"
#include "base/encoding.hpp"
#include "http/answers/api_answer.hpp"
#include "http/answers/error_response.hpp"
#include "keys/grant_json.hpp"
#include "spending/known_usage.hpp"

namespace llmapikey {
namespace {

namespace json = boost::json;

json::value reveal_json(const Grant& grant) {
    if (!grant.reveal) return nullptr;
    return json::object{{"at", base::to_rfc3339(grant.reveal->at)}, {"reason", grant.reveal->reason}};
}

json::array days_json(const std::vector<SpendingDay>& spent) {
    json::array days;
    for (const SpendingDay& day : spent)
        days.push_back({{"day", day.day}, {"spent_usd", day.spent.usd()}});
    return days;
}

json::value usage_json(const OwnAccountRoutes& self, const Grant& grant) {
    const auto known = known_usage(self.usage, self.background_queue, grant);
    if (!known.snapshot) return nullptr;
    const UsageSnapshot& snapshot = *known.snapshot;
    const auto usd_or_null = [](const std::optional<base::MicroUsd>& amount) {
        return amount ? json::value(amount->usd()) : json::value(nullptr);
    };
    return json::object{{"spent_usd", snapshot.spent.usd()},
                        {"remaining_usd", usd_or_null(snapshot.remaining)},
                        {"this_week_usd", usd_or_null(snapshot.this_week)},
                        {"this_month_usd", usd_or_null(snapshot.this_month)},
                        {"limit_usd", usd_or_null(snapshot.limit)},
                        {"days", days_json(snapshot.days)},
                        {"as_of", base::to_rfc3339(snapshot.as_of)},
                        {"is_stale", known.has_failed}};
}

}  // namespace

net::Response OwnAccountRoutes::show(const Context& context) const {
    const Recipient& me = context.session->recipient;
    const auto account = store.find_account(Seat{me.id});
    if (!account) return error_response(context, account.error());
    json::object body{{"github_user_id", me.id.text()}, {"github_username", me.login}, {"key", nullptr}};
    const bool is_held = account->hold && is_in_force(*account->hold, clock.now());
    body["hold"] = to_json(is_held ? account->hold : std::nullopt);
    body["usage"] = nullptr;
    if (account->grant) {
        json::object key = to_own_json(*account->grant);
        key["reveal"] = reveal_json(*account->grant);
        body["key"] = std::move(key);
        const bool is_active = account->grant->status == GrantStatus::active;
        if (is_active) body["usage"] = usage_json(*this, *account->grant);
    }
    return api_answer(200, body);
}

net::Response OwnAccountRoutes::show_key(const Context& context) const {
    const auto grant = store.find(Seat{context.session->recipient.id});
    if (!grant) return error_response(context, grant.error());
    const bool has_key = *grant && (*grant)->status == GrantStatus::active && !(*grant)->sealed_key.empty();
    if (!has_key) {
        return error_response(context, 404, {},
                              {"No key", "You have no key that can be shown.", "POST here to get one.", "", ""});
    }
    const auto raw_key = issuance.open_key(**grant);
    if (!raw_key) return error_response(context, 500);
    return api_answer(200, {{"key", raw_key->reveal()}, {"hint", (*grant)->key_hint}});
}

base::Result<bool> OwnAccountRoutes::is_current(const Context& context, const boost::json::object&,
                                                const base::Secret& shown) const {
    const auto grant = TRY(store.find(Seat{context.session->recipient.id}));
    if (!grant || grant->status != GrantStatus::active || grant->sealed_key.empty()) return false;
    const auto raw_key = issuance.open_key(*grant);
    return raw_key && raw_key->reveal() == shown.reveal();
}

}  // namespace llmapikey
