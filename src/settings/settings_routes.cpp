#include "settings/settings_routes.hpp"

#include "http/answers/api_answer.hpp"
#include "settings/settings_json.hpp"

namespace llmapikey {
namespace {

base::Result<std::vector<SettingChange>> changes_in(const RequestFields& fields) {
    std::vector<SettingChange> changes;
    std::string wrong;
    for (const SettingRule& rule : setting_rules()) {
        if (!fields.has(rule.name)) continue;
        if (fields.is_null(rule.name)) {
            changes.push_back({rule.setting, std::nullopt});
            continue;
        }
        auto value = parse_setting(rule.setting, fields.text(rule.name));
        if (value) {
            changes.push_back({rule.setting, std::move(*value)});
        } else {
            wrong += (wrong.empty() ? "" : "; ") + std::string(rule.name) + " " + value.error().detail;
        }
    }
    if (!wrong.empty()) return base::fail(base::Errc::invalid_input, wrong);
    return changes;
}

net::Response answer(const Context& context, const base::Result<SettingsState>& state) {
    return state ? api_answer(200, to_json(*state)) : api_error(context, state.error());
}

}  // namespace

net::Response SettingsRoutes::show(const Context& context) const {
    return answer(context, settings.read());
}

net::Response SettingsRoutes::change(const Context& context) const {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return api_error(context, fields.error());
    const auto changes = changes_in(*fields);
    if (!changes) return api_error(context, changes.error());
    const std::string login = context.session ? context.session->recipient.login : "";
    const auto done = settings.change(*changes, {context.initiator(), login});
    if (!done) return api_error(context, done.error());
    return answer(context, settings.read());
}

}  // namespace llmapikey
