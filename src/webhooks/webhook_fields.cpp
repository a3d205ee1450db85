#include "webhooks/webhook_fields.hpp"

#include "base/encoding.hpp"
#include "webhooks/webhooks.hpp"

namespace llmapikey {

base::Result<std::chrono::hours> former_secret_hours_of(const RequestFields& fields) {
    const std::string text = fields.text("former_secret_hours");
    if (text.empty()) return former_secret_default;
    const auto hours = base::parse_whole_number(text);
    if (hours && *hours <= former_secret_max.count()) return std::chrono::hours{*hours};
    return base::fail(base::Errc::invalid_input, "former_secret_hours must be a whole number from 0 to " +
                                                     std::to_string(former_secret_max.count()));
}

}  // namespace llmapikey
