#pragma once

#include <boost/json/object.hpp>

#include "webhooks/webhooks.hpp"

namespace llmapikey {

// Webhooks and their deliveries as the JSON API and the commands' --json show them
// (web/openapi/openapi.json). No raw key, sealed or not, is ever among them. Amounts are numbers of
// US dollars, times RFC 3339 in UTC.
boost::json::object to_json(const WebhookEndpoint& endpoint);
boost::json::object to_json(const WebhookDelivery& delivery);

}  // namespace llmapikey
