#pragma once

#include <boost/json/object.hpp>

#include "service/admin_store.hpp"
#include "service/api_tokens.hpp"
#include "service/audit_log.hpp"
#include "service/bulk_revocation.hpp"
#include "service/key_store.hpp"
#include "service/overview.hpp"
#include "service/webhooks.hpp"

// What the JSON API and the commands' --json speak of, in one form for both (web/openapi/openapi.json). No raw key,
// sealed or not, is ever among it. Amounts are numbers of US dollars, times RFC 3339 in UTC.
namespace llmapikey::resources {

// The JSON text, as well-formed UTF-8: what older versions have let into the audit log, say, stays there as it is.
std::string to_text(const boost::json::value& value);

boost::json::object to_json(const domain::Grant& grant);
boost::json::object to_json(const service::LedgerEntry& entry);
boost::json::value to_json(const std::optional<domain::Hold>& hold);
// {"key", "hold", "ended"}
boost::json::object to_json(const service::Account& account, const std::vector<service::LedgerEntry>& ledger);
boost::json::object to_json(const service::ChainedEntry& link);
boost::json::object to_json(const service::BulkRevocation& bulk);
boost::json::object to_json(const service::ApiToken& token);
boost::json::object to_json(const service::WebhookEndpoint& endpoint);
boost::json::object to_json(const service::WebhookDelivery& delivery);
boost::json::object to_json(const service::Overview& overview);

}  // namespace llmapikey::resources
