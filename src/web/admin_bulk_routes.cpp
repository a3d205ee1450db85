#include "base/encoding.hpp"
#include "web/admin_page.hpp"
#include "web/api_answer.hpp"
#include "web/bulk_selection.hpp"
#include "web/error_response.hpp"
#include "web/form.hpp"
#include "web/routes.hpp"

// The console: ending many keys by one decision.
namespace llmapikey::web {
namespace {

constexpr int bulks_shown = 50;
constexpr std::int64_t most_counted = 1'000'000;
constexpr int examples_shown = 8;

views::BulkRow row_of(const service::BulkRevocation& bulk) {
    views::BulkRow row;
    row.id = bulk.id;
    row.state = std::string(service::to_text(bulk.state));
    row.created_at = minute_text(bulk.created_at);
    row.ended_at = bulk.ended_at ? minute_text(*bulk.ended_at) : "not yet";
    row.actor = bulk.by.actor;
    row.reason = bulk.reason;
    row.total = std::to_string(bulk.total);
    row.done = std::to_string(std::max<std::int64_t>(bulk.total - bulk.remaining, 0));
    return row;
}

base::Result<void> show_examples(const Services& services, const std::string& selection, views::BulkConfirmView& view) {
    for (const std::string& id : view.ids) {
        if (view.examples.size() == examples_shown) return {};
        const auto grant = services.admin_store.find_grant(id);
        if (!grant) return tl::unexpected(grant.error());
        if (*grant) view.examples.push_back((*grant)->github_username);
    }
    if (!view.ids.empty()) return {};
    auto query = service::parse_grant_query(service::fields_of_selection(selection), services.clock.now());
    if (!query) return tl::unexpected(query.error());
    query->status = domain::GrantStatus::active;
    query->limit = examples_shown;
    const auto page = services.admin_store.list(*query);
    if (!page) return tl::unexpected(page.error());
    for (const domain::Grant& grant : page->grants)
        view.examples.push_back(grant.github_username);
    return {};
}

}  // namespace

net::Response admin_bulk_confirm(const Services& services, const Context& context) {
    const Form fields(context.request.query);
    views::BulkConfirmView view;
    view.frame = make_frame(services, context);
    view.ids = fields.values("ids");
    view.filters = filters_of([&](std::string_view name) { return fields.value(name); });
    if (!view.ids.empty()) view.filters.clear();
    view.is_everything = view.ids.empty() && view.filters.empty();
    const std::string selection =
        view.ids.empty() ? service::selection_text(view.filters) : service::selection_of_ids(view.ids);
    const auto count = services.bulk_revoker.count(selection, most_counted);
    const auto shown = count ? show_examples(services, selection, view) : base::Result<void>{};
    if (!count && count.error().code != base::Errc::invalid_input)
        return error_response(services, context, count.error());
    if (!shown) return error_response(services, context, shown.error());
    view.count = count ? std::to_string(*count) : "no";
    if (!count) view.problem = "That cannot be revoked: " + count.error().detail + ".";
    if (count && *count == 0) view.problem = "No active key fits, so there is nothing to revoke.";
    return html_response(view.problem.empty() ? 200 : 400, views::render(view));
}

net::Response admin_bulk_begin(const Services& services, const Context& context) {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return error_response(services, context, 400);
    const auto why = reason_and_hold_of(*fields, services.clock.now());
    const auto selection = selection_of(*fields);
    const bool is_understood = why && selection;
    if (!is_understood) {
        return error_response(services, context, 400, {},
                              {"Say which keys, and why", "A reason is needed, and keys that it is about.",
                               "Go back and fill the form in.", "/admin", "To the keys"});
    }
    const auto bulk = services.bulk_revoker.begin(*selection, context.initiator(), why->reason, why->hold);
    if (!bulk) return error_response(services, context, bulk.error());
    return redirect(303, "/admin/revocations/" + bulk->id);
}

net::Response admin_bulk_progress(const Services& services, const Context& context) {
    const auto bulk = services.bulk_store.find(std::string(context.path_id));
    if (!bulk) return error_response(services, context, bulk.error());
    if (!*bulk) return error_response(services, context, 404);
    views::BulkProgressView view;
    view.frame = make_frame(services, context);
    view.bulk = row_of(**bulk);
    view.is_done = (*bulk)->state == service::BulkState::done;
    view.is_selecting = (*bulk)->state == service::BulkState::selecting;
    view.problem = (*bulk)->problem;
    return html_response(200, views::render(view));
}

net::Response admin_bulk_list(const Services& services, const Context& context) {
    const auto bulks = services.bulk_store.list_latest(bulks_shown);
    if (!bulks) return error_response(services, context, bulks.error());
    views::BulkListView view;
    view.frame = make_frame(services, context);
    for (const service::BulkRevocation& bulk : *bulks)
        view.bulks.push_back(row_of(bulk));
    return html_response(200, views::render(view));
}

}  // namespace llmapikey::web
