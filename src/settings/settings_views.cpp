#include "settings/settings_views.hpp"

#include "base/plural.hpp"
#include "http/answers/template_engine.hpp"

namespace llmapikey {
namespace {

Data data_of(const SettingField& field) {
    Data data;
    data.set("name", field.name);
    data.set("title", field.title);
    data.set("hint", field.hint);
    set_if_any(data, "before", field.before);
    set_if_any(data, "after", field.after);
    data.set("is_number", field.is_number);
    data.set("value", field.value);
    data.set("was", field.was);
    set_if_any(data, "error", field.error);
    data.set("variable", field.variable);
    data.set("configured", field.configured);
    data.set("is_empty", field.is_empty);
    data.set("is_set", field.is_set);
    data.set("is_back", field.is_back);
    if (field.changed) set_age(data, "changed", *field.changed);
    data.set("changed_by", field.changed_by);
    return data;
}

Data list_of(const std::vector<SettingField>& fields) {
    Data list{Data::type::list};
    for (const SettingField& field : fields)
        list << data_of(field);
    return list;
}

std::vector<SettingField> wrong_ones(const SettingsView& view) {
    std::vector<SettingField> wrong;
    for (const auto* fields : {&view.terms, &view.organizer})
        for (const SettingField& field : *fields)
            if (!field.error.empty()) wrong.push_back(field);
    return wrong;
}

}  // namespace

std::string render(const SettingsView& view) {
    const std::vector<SettingField> wrong = wrong_ones(view);
    Data data = admin_data(view.frame, (wrong.empty() ? "" : "Error: ") + std::string("Settings"), "settings");
    data.set("at_main", true);
    data.set("is_configured", view.is_configured);
    data.set("is_set_paused", view.is_paused);
    data.set("is_open", view.is_configured && !view.is_paused);
    if (view.paused) set_age(data, "paused_since", *view.paused);
    data.set("paused_by", view.paused_by);
    data.set("terms", list_of(view.terms));
    data.set("organizer", list_of(view.organizer));
    data.set("cost", view.cost);
    data.set("taken", view.taken);
    set_if_any(data, "full", view.full);
    data.set("version", view.version);
    data.set("has_errors", !wrong.empty());
    data.set("errors", list_of(wrong));
    data.set("errors_counted", base::counted(static_cast<std::int64_t>(wrong.size()), "field needs", "fields need"));
    set_if_any(data, "notice_good", view.notice_good);
    set_if_any(data, "notice_bad", view.notice_bad);
    return render_template("admin_settings", data);
}

}  // namespace llmapikey
