#include <algorithm>

#include "web/error_response.hpp"
#include "web/example_model.hpp"
#include "web/form.hpp"
#include "web/routes.hpp"
#include "web/shown_values.hpp"

namespace llmapikey::web {
namespace {

views::ModelChoice model_choice(const Services& services, const service::Guardrail* guardrail) {
    using State = views::ModelChoice::State;
    views::ModelChoice models;
    if (!services.guardrail.is_configured()) return models;
    models.state = guardrail == nullptr ? State::not_known_yet : State::known;
    if (guardrail == nullptr) return models;
    models.allowed_models = guardrail->allowed_models;
    models.ignored_models = guardrail->ignored_models;
    models.allowed_providers = guardrail->allowed_providers;
    models.ignored_providers = guardrail->ignored_providers;
    if (guardrail->limit) models.limit_usd = base::to_money(*guardrail->limit);
    models.limit_interval = guardrail->limit_interval;
    return models;
}

}  // namespace

// A model that keys may call. OpenRouter lists canonical slugs, which may have a date behind what one calls.
std::string example_model(const Services& services) {
    const std::string& usual = services.settings.example_model;
    const auto guardrail = services.guardrail.known();
    if (guardrail == nullptr || guardrail->allowed_models.empty()) return usual;
    const auto& allowed = guardrail->allowed_models;
    const bool has_usual = std::any_of(allowed.begin(), allowed.end(), [&](const std::string& model) {
        return model == usual || model.starts_with(usual + "-20");
    });
    return has_usual ? usual : allowed.front();
}

net::Response landing_page(const Services& services, const Context& context) {
    const bool is_limited = services.guardrail.is_configured();
    return html_response(200, views::render(views::LandingView{make_frame(services, context), is_limited}));
}

net::Response docs_page(const Services& services, const Context& context) {
    views::DocsView view;
    view.frame = make_frame(services, context);
    view.api_base_url = services.settings.api_base_url;
    view.example_model = example_model(services);
    view.models = model_choice(services, services.guardrail.known().get());
    if (!context.session) return html_response(200, views::render(view));
    const auto grant = services.store.find(context.session->recipient.id);
    if (!grant) return error_response(services, context, grant.error());
    if (*grant && (*grant)->status == domain::GrantStatus::active) {
        view.masked_key = masked_key_text((*grant)->key_hint);
        view.expires_on = date_text((*grant)->expires_at);
        view.frame.daily_limit_usd = base::to_money((*grant)->daily_limit);
        const bool is_asked_for = Form(context.request.query).value("key") == "show";
        const auto raw_key = is_asked_for ? services.issuance.open_key(**grant) : base::Result<base::Secret>();
        if (raw_key) view.raw_key = raw_key->reveal();
    }
    return html_response(200, views::render(view));
}

}  // namespace llmapikey::web
