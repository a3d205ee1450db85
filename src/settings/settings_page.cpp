#include "settings/settings_page.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/encoding.hpp"
#include "base/plural.hpp"
#include "http/answers/error_response.hpp"
#include "http/answers/result_text.hpp"
#include "http/next_path.hpp"
#include "http/request_fields.hpp"
#include "settings/settings_views.hpp"

namespace llmapikey {
namespace {

constexpr std::string_view own_path = "/admin/settings";

constexpr ResultText results[] = {
    {"saved", "The settings are saved. Every page follows within two seconds.", true},
    {"unchanged", "Nothing was changed: all fields are as they were.", true},
    {"paused", "New keys are paused. From now on nobody gets one.", true},
    {"resumed", "People can get keys again.", true},
    {"off",
     "The pause is lifted, but new keys stay off: PROVISIONING_ENABLED is not true in the service's environment.",
     false},
};

// How a field is shown beside its rule.
struct FieldText {
    SettingName setting;
    std::string_view hint, before, after;
};
constexpr FieldText field_texts[] = {
    {SettingName::daily_limit, "It resets at 00:00 UTC.", "$", "a day"},
    {SettingName::key_lifetime, "After that it ends by itself, and its owner can get a new one.", "", "days"},
    {SettingName::seats, "How many people can have a key at once. 0: no limit.", "", ""},
    {SettingName::organizer_name, "People read: \"Paid for by …\". Empty: nothing is shown.", "", ""},
    {SettingName::organizer_contact, "An e-mail address, or a web address that begins with https://. Empty: none.", "",
     ""},
    {SettingName::event_name, "What pages call this service.", "", ""},
};

// What somebody has typed, and what is wrong with it; by the setting's name.
struct Typed {
    std::map<std::string, std::string, std::less<>> values, errors;
    std::set<std::string, std::less<>> back;  // fields that are to go back to what the environment says
};

// "github:1003 token:..." and the like, for people.
std::string person_of(const SettingState& state) {
    if (!state.changed_by_login.empty()) return state.changed_by_login;
    const std::string_view actor = state.changed_by;
    const std::string_view github = "github:", command = "cli:";
    if (actor.starts_with(github)) {
        const std::string id(actor.substr(github.size(), actor.find(' ') - github.size()));
        return (actor.find(' ') == std::string_view::npos ? "account " : "an API token of account ") + id;
    }
    if (actor.starts_with(command)) return std::string(actor.substr(command.size())) + " on the command line";
    return std::string(actor);
}

SettingField field_of(const FieldText& text, const SettingsState& state, const Typed& typed, base::Timestamp now) {
    const SettingRule& rule = rule_of(text.setting);
    const SettingState& of = state.of(text.setting);
    SettingField field;
    field.name = rule.name;
    field.title = rule.title;
    field.hint = text.hint;
    field.before = text.before;
    field.after = text.after;
    field.is_number = std::holds_alternative<std::int64_t>(of.value);
    field.was = typed_setting(text.setting, of.value);
    const auto value = typed.values.find(rule.name);
    field.value = value == typed.values.end() ? field.was : value->second;
    const auto error = typed.errors.find(rule.name);
    if (error != typed.errors.end()) field.error = error->second;
    field.variable = rule.variable;
    field.configured = shown_setting(text.setting, of.configured);
    field.is_empty = typed_setting(text.setting, of.configured).empty();
    field.is_set = of.is_set;
    field.is_back = typed.back.contains(rule.name);
    if (of.changed_at) field.changed = shown_age(*of.changed_at, now);
    field.changed_by = person_of(of);
    return field;
}

// Says what it means that all seats are taken.
std::string full_text(std::int64_t taken, std::int64_t seats) {
    if (taken == seats)
        return "No seat is free: nobody else gets a key before one ends, or before there are more seats.";
    return base::counted(taken, "key exists", "keys exist") + ": nobody loses one, and nobody gets a new one until " +
           (seats == 1 ? "none remains." : "fewer than " + std::to_string(seats) + " remain.");
}

net::Response settings_page(const SettingsPage& self, const Context& context, int status, const SettingsState& state,
                            const Typed& typed, SettingsView view) {
    const auto totals = self.store.totals();
    if (!totals) return error_response(context, totals.error());
    const base::Timestamp now = self.clock.now();
    view.frame = make_frame(context);
    view.is_configured = state.is_minting_configured();
    const SettingState& paused = state.of(SettingName::minting_paused);
    view.is_paused = paused.is_set;
    if (paused.changed_at) view.paused = shown_age(*paused.changed_at, now);
    view.paused_by = person_of(paused);
    for (const FieldText& text : field_texts) {
        const bool is_number = std::holds_alternative<std::int64_t>(state.of(text.setting).value);
        (is_number ? view.terms : view.organizer).push_back(field_of(text, state, typed, now));
    }
    const Terms terms = state.terms();
    view.cost = cost_of(terms);
    view.taken = base::counted(totals->live, "seat is", "seats are") + " taken now";
    if (terms.max_total_keys > 0 && totals->live >= terms.max_total_keys)
        view.full = full_text(totals->live, terms.max_total_keys);
    // Fewer seats than are taken surprise whoever saves them.
    const bool is_below = terms.max_total_keys > 0 && totals->live > terms.max_total_keys;
    if (is_below && !view.notice_good.empty()) view.notice_good += " " + view.full;
    view.version = state.version();
    return html_response(status, render(view));
}

// Whether somebody has typed into a field since the page showed what was in force then.
bool is_touched(const RequestFields& fields, std::string_view name) {
    const std::string was = "was_" + std::string(name);
    return fields.has(name) && (!fields.has(was) || fields.text(name) != fields.text(was));
}

// The changes that a form asks for. A field that nobody has touched changes nothing, whatever is in
// force by now. One that says what the environment says goes back to it.
std::vector<SettingChange> changes_in(const RequestFields& fields, const SettingsState& state, Typed& typed) {
    const std::vector<std::string> back = fields.texts("back");
    std::vector<SettingChange> changes;
    for (const FieldText& text : field_texts) {
        const SettingRule& rule = rule_of(text.setting);
        const SettingState& of = state.of(text.setting);
        const std::string words = fields.text(rule.name);
        if (is_touched(fields, rule.name)) typed.values.emplace(rule.name, words);
        if (std::find(back.begin(), back.end(), rule.name) != back.end()) {
            typed.back.emplace(rule.name);
            changes.push_back({text.setting, std::nullopt});
            continue;
        }
        if (!typed.values.contains(rule.name)) continue;
        if (base::trim(words) == typed_setting(text.setting, of.value)) continue;
        auto value = parse_setting(text.setting, words);
        if (!value) {
            typed.errors.emplace(rule.name, value.error().detail);
        } else if (*value == of.configured) {
            changes.push_back({text.setting, std::nullopt});
        } else {
            changes.push_back({text.setting, std::move(*value)});
        }
    }
    return changes;
}

SettingActor actor_of(const Context& context) {
    return {context.initiator(), context.session ? context.session->recipient.login : ""};
}

// The answer to a form of a page that shows former settings.
net::Response stale_page(const SettingsPage& self, const Context& context, const RequestFields& fields) {
    const auto state = self.settings.read();
    if (!state) return error_response(context, state.error());
    Typed typed;
    (void)changes_in(fields, *state, typed);
    SettingsView view;
    view.notice_bad =
        "Nothing is saved yet: the settings have changed since this page was opened. The fields that you changed show "
        "what you typed, and the others what counts now; look at who has set what below them, and save again.";
    return settings_page(self, context, 409, *state, typed, std::move(view));
}

// Where the form of a button leads back to: a page of the console.
std::string way_back(const RequestFields& fields, std::string_view result) {
    const std::string next = safe_next_path(fields.text("next"));
    const bool is_of_console = next == "/admin" || next.starts_with("/admin/");
    return (is_of_console ? next.substr(0, next.find_first_of("?#")) : std::string(own_path)) +
           "?result=" + std::string(result);
}

net::Response set_paused(const SettingsPage& self, const Context& context, bool is_paused) {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return error_response(context, 400);
    const SettingChange change{SettingName::minting_paused, SettingValue{std::int64_t{is_paused}}};
    const auto done = self.settings.change({change}, actor_of(context));
    if (!done) return error_response(context, done.error());
    const bool is_off = !self.settings.state()->is_minting_configured();
    return redirect(303, way_back(*fields, is_paused ? "paused" : is_off ? "off" : "resumed"));
}

}  // namespace

net::Response SettingsPage::show(const Context& context) const {
    const auto state = settings.read();
    if (!state) return error_response(context, state.error());
    SettingsView view;
    show_result(context, results, view.notice_good, view.notice_bad);
    return settings_page(*this, context, 200, *state, {}, std::move(view));
}

net::Response SettingsPage::save(const Context& context) const {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return error_response(context, 400);
    const auto state = settings.read();
    if (!state) return error_response(context, state.error());
    const std::string seen = fields->text("version");
    if (seen != state->version()) return stale_page(*this, context, *fields);
    Typed typed;
    const auto changes = changes_in(*fields, *state, typed);
    if (!typed.errors.empty()) return settings_page(*this, context, 422, *state, typed, {});
    const auto changed = settings.change(changes, actor_of(context), seen);
    if (changed) return redirect(303, std::string(own_path) + "?result=" + (*changed ? "saved" : "unchanged"));
    const bool is_overtaken = changed.error().code == base::Errc::conflict;
    return is_overtaken ? stale_page(*this, context, *fields) : error_response(context, changed.error());
}

net::Response SettingsPage::pause(const Context& context) const {
    return set_paused(*this, context, true);
}

net::Response SettingsPage::resume(const Context& context) const {
    return set_paused(*this, context, false);
}

}  // namespace llmapikey
