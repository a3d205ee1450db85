#include "activity/activity_views.hpp"

namespace llmapikey {
namespace {

struct PersonNames {
    Name text, path;
};

void set_person(Data& item, const PersonNames& names, const std::string& text, const std::string& account) {
    set_if_any(item, names.text, text);
    if (!account.empty()) item.set(names.path, "/admin/people/" + account);
}

Data act_data(const ActRow& row) {
    const ActSentence& sentence = row.sentence;
    Data item;
    set_time(item, "at_time", row.at);
    set_person(item, {"who", "who_path"}, sentence.who, sentence.who_id);
    item.set("verb", sentence.verb);
    set_person(item, {"whom", "whom_path"}, sentence.whom, sentence.whom_id);
    item.set("rest", sentence.rest);
    set_if_any(item, "reason", sentence.reason);
    set_if_any(item, "result", sentence.result);
    set_if_any(item, "problem", sentence.problem);
    item.set("is_open", sentence.is_open);
    item.set("has_failed", sentence.has_failed);
    item.set("sequence", std::to_string(row.act.sequence));
    item.set("actor", row.act.actor);
    item.set("action", row.act.action);
    item.set("subject", row.act.subject);
    item.set("origin", row.act.origin);
    item.set("outcome", row.act.outcome);
    return item;
}

}  // namespace

Data acts_data(const std::vector<ActRow>& acts) {
    Data list{Data::type::list};
    for (const ActRow& row : acts)
        list << act_data(row);
    return list;
}

std::string render(const ActivityView& view) {
    Data data = admin_data(view.frame, "Activity", "activity");
    data.set("search", view.search);
    data.set("day", view.day);
    set_if_any(data, "kind_problem", view.kind_problem);
    set_if_any(data, "day_problem", view.day_problem);
    set_if_any(data, "page_problem", view.page_problem);
    data.set("has_problem", view.has_problem());
    data.set("is_searched", !view.search.empty() || !view.kind.empty() || !view.day.empty());
    Data kinds{Data::type::list};
    for (const ActKind& each : act_kinds()) {
        Data kind("word", std::string(each.word));
        kind.set("text", std::string(each.text));
        kind.set("is_chosen", each.word == view.kind);
        kinds << std::move(kind);
    }
    data.set("kinds", std::move(kinds));
    data.set("acts", acts_data(view.acts));
    data.set("has_acts", !view.acts.empty());
    set_if_any(data, "older_path", view.older_path);
    return render_template("activity", data);
}

}  // namespace llmapikey
