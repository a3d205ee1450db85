#pragma once

#include <memory>

#include "sql/sql_database.hpp"
#include "webhooks/webhooks.hpp"

namespace llmapikey {

// WebhookStore in either database.
class SqlWebhookStore final : public WebhookStore {
public:
    explicit SqlWebhookStore(std::shared_ptr<SqlDatabase> database) : database_(std::move(database)) {}

    base::Result<void> add_endpoint(const WebhookEndpoint& endpoint) override;
    base::Result<std::vector<WebhookEndpoint>> endpoints() override;
    base::Result<bool> remove_endpoint(const std::string& id) override;
    base::Result<void> disable_endpoint(const std::string& id, const std::string& problem,
                                        base::Timestamp now) override;
    base::Result<void> enable_endpoint(const std::string& id) override;
    base::Result<bool> rotate_secret(const std::string& id, const std::string& sealed_secret,
                                     std::optional<base::Timestamp> former_until) override;
    base::Result<void> set_health(const std::string& id, const EndpointHealth& health) override;
    base::Result<void> add_event(const WebhookEvent& event) override;
    base::Result<void> add_expiries(base::Timestamp after, base::Timestamp by) override;
    base::Result<std::vector<WebhookEvent>> undispatched(int limit) override;
    base::Result<void> dispatch(const std::string& event_id, const std::vector<std::string>& endpoint_ids,
                                base::Timestamp now) override;
    base::Result<std::set<std::string>> endpoints_with_due(base::Timestamp now) override;
    base::Result<std::vector<WebhookDelivery>> due(const std::string& endpoint_id, base::Timestamp now,
                                                   int limit) override;
    base::Result<void> update(const WebhookDelivery& delivery) override;
    base::Result<void> give_up(const std::string& endpoint_id, base::Timestamp before, const std::string& problem,
                               base::Timestamp now) override;
    base::Result<std::vector<WebhookDelivery>> deliveries(std::optional<DeliveryState> state, int limit) override;
    base::Result<std::int64_t> count_dead() override;
    base::Result<bool> resend(const std::string& delivery_id, base::Timestamp now) override;
    base::Result<void> prune(base::Timestamp before) override;

private:
    std::shared_ptr<SqlDatabase> database_;
};

}  // namespace llmapikey
