#include "setup/setup_page.hpp"

#include "base/encoding.hpp"
#include "http/answers/error_response.hpp"
#include "http/form.hpp"
#include "http/request_fields.hpp"
#include "setup/setup_views.hpp"

namespace llmapikey {
namespace {

// Returns the answer to whoever is not to get further: the console for an admin, and an unknown
// path for everybody else, unless the database cannot be asked whether there is an admin. Nullopt:
// the token is good, and nobody is an admin. The database is asked only if the token is good.
std::optional<net::Response> refuse(const SetupPage& self, const Context& context, const std::string& token) {
    if (context.session && self.admins.contains(context.session->recipient.id)) return redirect(303, "/admin");
    if (self.admins.is_any_configured() || !self.link.is_good(token)) return error_response(context, 404);
    const auto state = self.settings.read();
    if (!state) return error_response(context, state.error());
    if (state->first_admin()) return error_response(context, 404);
    return std::nullopt;
}

}  // namespace

net::Response SetupPage::show(const Context& context) const {
    const std::string token = Form(context.request.query).value("token");
    if (auto refusal = refuse(*this, context, token)) return std::move(*refusal);
    const std::string own_path = std::string(setup_path) + "?token=" + base::to_percent_encoded(token);
    return html_response(
        200, render(SetupView{make_frame(context), token, "/auth/login?next=" + base::to_percent_encoded(own_path)}));
}

net::Response SetupPage::confirm(const Context& context) const {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return error_response(context, 400);
    if (auto refusal = refuse(*this, context, fields->text("token"))) return std::move(*refusal);
    if (!context.session) return error_response(context, 401);
    const auto claimed = settings.claim_first_admin(context.session->recipient, context.initiator());
    if (!claimed) return error_response(context, claimed.error());
    link.end();
    return *claimed ? redirect(303, "/admin") : error_response(context, 404);
}

}  // namespace llmapikey
