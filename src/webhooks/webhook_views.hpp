#pragma once

#include <string>
#include <vector>

#include "http/answers/views.hpp"

// The console's page of webhooks as a value.
namespace llmapikey {

struct EndpointRow {
    std::string id, url, events, state;
    std::string former;  // that its former secret signs as well; empty: it does not
};

struct DeliveryRow {
    std::string id, type, endpoint, state, attempts, updated_at, problem;
    bool can_resend = false;
};

struct WebhooksView {
    Frame frame;
    std::vector<EndpointRow> endpoints;
    std::vector<DeliveryRow> deliveries;
    std::vector<std::string> event_types;
    std::string new_secret;  // shown this once
    std::string notice_good, notice_bad;
};

// Complete HTML documents.
std::string render(const WebhooksView& view);

}  // namespace llmapikey
