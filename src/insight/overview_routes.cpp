#include "insight/overview_routes.hpp"

#include "http/answers/api_answer.hpp"
#include "insight/overview_json.hpp"

namespace llmapikey {

net::Response OverviewRoutes::show(const Context& context) const {
    const auto overview = read_overview(statistics, terms.known(), context.shared.settings.spending_poll, clock.now());
    return overview ? api_answer(200, to_json(*overview)) : api_error(context, overview.error());
}

}  // namespace llmapikey
