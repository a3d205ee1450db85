#include "tokens/tokens_page.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "http/answers/api_answer.hpp"
#include "http/answers/error_response.hpp"
#include "http/answers/result_text.hpp"
#include "http/answers/shown_values.hpp"
#include "tokens/token_views.hpp"

namespace llmapikey {
namespace {

constexpr ResultText results[] = {
    {"token-revoked", "The token is revoked. It no longer works.", true},
};

TokenRow row_of(const ApiToken& token, base::Timestamp now) {
    std::string scopes;
    for (const Scope scope : token.scopes)
        scopes += (scopes.empty() ? "" : ", ") + std::string(to_text(scope));
    const bool is_good = is_valid(token, now);
    return {token.id,
            token.name,
            token.hint,
            scopes,
            date_text(token.created_at),
            date_text(token.expires_at),
            token.used_at ? minute_text(*token.used_at) : "never",
            is_good            ? "valid"
            : token.revoked_at ? "revoked"
                               : "expired",
            is_good};
}

net::Response tokens_page(const TokensPage& self, const Context& context, int status, TokensView view) {
    const auto tokens = self.token_store.list(context.admin());
    if (!tokens) return error_response(context, tokens.error());
    view.frame = make_frame(context);
    for (const ApiToken& token : *tokens)
        view.tokens.push_back(row_of(token, self.clock.now()));
    return html_response(status, render(view));
}

}  // namespace

net::Response TokensPage::show(const Context& context) const {
    TokensView view;
    show_result(context, results, view.notice_good, view.notice_bad);
    return tokens_page(*this, context, 200, std::move(view));
}

net::Response TokensPage::create(const Context& context) const {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return error_response(context, 400);
    std::set<Scope> scopes;
    for (const std::string& text : fields->texts("scopes"))
        if (const auto scope = parse_scope(text)) scopes.insert(*scope);
    const auto days = base::parse_whole_number(base::trim(fields->text("expires_in_days"))).value_or(0);
    const auto created = tokens.create(context.admin(), std::string(base::trim(fields->text("name"))), scopes, days,
                                       context.initiator());
    TokensView view;
    if (created) {
        view.new_token = created->text.reveal();
        view.notice_good = "The token is made.";
        return tokens_page(*this, context, 200, std::move(view));
    }
    if (created.error().code != base::Errc::invalid_input) return error_response(context, created.error());
    view.notice_bad = "No token was made: " + created.error().detail + ".";
    return tokens_page(*this, context, 400, std::move(view));
}

net::Response TokensPage::revoke(const Context& context) const {
    const auto revoked = tokens.revoke(context.admin(), std::string(context.path_id), context.initiator());
    if (!revoked) return error_response(context, revoked.error());
    return redirect(303, "/admin/tokens?result=token-revoked");
}

}  // namespace llmapikey
