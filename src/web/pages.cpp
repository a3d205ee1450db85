#include "web/error_response.hpp"
#include "web/form.hpp"
#include "web/routes.hpp"
#include "web/shown_values.hpp"

namespace llmapikey::web {

net::Response landing_page(const Services& services, const Context& context) {
    return html_response(200, views::render(views::LandingView{make_frame(services, context)}));
}

net::Response docs_page(const Services& services, const Context& context) {
    views::DocsView view{
        make_frame(services, context), services.settings.api_base_url, services.settings.example_model, "", "", ""};
    if (!context.session) return html_response(200, views::render(view));
    const auto grant = services.store.find(context.session->recipient.id);
    if (!grant) return error_response(services, context, grant.error());
    if (*grant && (*grant)->status == domain::GrantStatus::active) {
        view.masked_key = masked_key_text((*grant)->key_hint);
        view.expires_on = date_text((*grant)->expires_at);
        view.frame.daily_limit_usd = base::to_display((*grant)->daily_limit);
        const bool is_asked_for = Form(context.request.query).value("key") == "show";
        const auto raw_key = is_asked_for ? services.issuance.open_key(**grant) : base::Result<base::Secret>();
        if (raw_key) view.raw_key = raw_key->reveal();
    }
    return html_response(200, views::render(view));
}

}  // namespace llmapikey::web
