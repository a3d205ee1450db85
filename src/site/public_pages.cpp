#include "site/public_pages.hpp"

#include <algorithm>

#include "base/embedded.hpp"
#include "http/answers/error_response.hpp"
#include "http/answers/shown_values.hpp"
#include "http/cookies.hpp"
#include "http/form.hpp"
#include "http/next_path.hpp"
#include "http/request_fields.hpp"
#include "http/request_language.hpp"
#include "providers/example_model.hpp"
#include "site/public_views.hpp"

namespace llmapikey {
namespace {

ModelChoice model_choice(const PublicPages& self, const Guardrail* guardrail) {
    using State = ModelChoice::State;
    ModelChoice models;
    if (!self.guardrail.is_configured()) return models;
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

constexpr base::Seconds language_remembered_for = std::chrono::days{365};

}  // namespace

net::Response PublicPages::landing(const Context& context) const {
    const bool is_limited = guardrail.is_configured();
    return html_response(200, render(LandingView{make_frame(context), is_limited}));
}

net::Response PublicPages::docs(const Context& context) const {
    DocsView view;
    view.frame = make_frame(context);
    view.api_base_url = context.shared.settings.api_base_url;
    view.example_model = example_model(guardrail, context.shared.settings.example_model);
    view.models = model_choice(*this, guardrail.known().get());
    if (!context.session) return html_response(200, render(view));
    const auto grant = store.find(Seat{context.session->recipient.id});
    if (!grant) return error_response(context, grant.error());
    if (*grant && (*grant)->status == GrantStatus::active) {
        view.masked_key = masked_key_text(view.frame.provider.key_prefix, (*grant)->key_hint);
        view.expires_on = long_date_text((*grant)->expires_at, view.frame.language);
        view.frame.daily_limit_usd = base::to_cap((*grant)->daily_limit);
        const bool is_asked_for = Form(context.request.query).value("key") == "show";
        const auto raw_key = is_asked_for ? issuance.open_key(**grant) : base::Result<base::Secret>();
        if (raw_key) view.raw_key = raw_key->reveal();
    }
    return html_response(200, render(view));
}

net::Response PublicPages::choose_language(const Context& context) const {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return error_response(context, fields.error());
    const auto language = find_language(fields->text("language"));
    if (!language) return error_response(context, 400);
    net::Response response = redirect(303, safe_next_path(fields->text("next")));
    const Cookie chosen{std::string(language_cookie_name), std::string(name_of(*language).code), "/",
                        language_remembered_for, context.origin.is_https};
    response.set("Set-Cookie", to_set_cookie(chosen));
    return response;
}

net::Response PublicPages::openapi(const Context&) const {
    net::Response response;
    response.set("Content-Type", "application/json").set("Cache-Control", "public, max-age=300");
    response.set("Vary", "Sec-Fetch-Site");  // required by the headers of every response
    response.set("Access-Control-Allow-Origin", "*");
    response.static_body = embedded_openapi()[0].text;
    return response;
}

}  // namespace llmapikey
