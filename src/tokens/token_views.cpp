#include "tokens/token_views.hpp"

#include "http/answers/template_engine.hpp"

namespace llmapikey {
namespace {

Data data_of(const TokenRow& row) {
    Data data;
    data.set("token_id", row.id);
    data.set("name", row.name);
    data.set("hint", row.hint);
    data.set("scopes", row.scopes);
    data.set("created_on", row.created_on);
    data.set("expires_on", row.expires_on);
    data.set("used_at", row.used_at);
    data.set("state", row.state);
    data.set("is_valid", row.is_valid);
    return data;
}

}  // namespace

std::string render(const TokensView& view) {
    Data data = admin_data(view.frame, "API tokens", "tokens");
    Data tokens{Data::type::list};
    for (const TokenRow& row : view.tokens)
        tokens << data_of(row);
    data.set("tokens", tokens);
    data.set("has_tokens", !view.tokens.empty());
    set_if_any(data, "new_token", view.new_token);
    set_if_any(data, "notice_good", view.notice_good);
    set_if_any(data, "notice_bad", view.notice_bad);
    return render_template("admin_tokens", data);
}

}  // namespace llmapikey
