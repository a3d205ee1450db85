#include "people/people_views.hpp"

#include "http/answers/template_engine.hpp"
#include "roster/roster.hpp"

namespace llmapikey {
namespace {

void set_date(Data& data, Name name, const DateCell& date) {
    if (date.at.empty()) return;
    Data cell;
    cell.set("at", date.at);
    cell.set("text", date.text);
    data.set(name, cell);
}

Data row_data(const PersonRow& row) {
    Data data;
    data.set("path", row.path);
    data.set("face", row.initials);
    data.set("who", row.login);
    set_if_any(data, "name", row.name);
    set_if_any(data, "note", row.note);
    set_badges(data, row.badges);
    set_if_any(data, "grant_id", row.grant_id);
    set_bar(data, row.spent);
    if (row.used) set_age(data, "used", *row.used);
    set_if_any(data, "hint", row.hint);
    set_date(data, "expires", row.expires);
    set_date(data, "created", row.created);
    return data;
}

Data link_data(const SortLink& link) {
    Data data;
    data.set("label", link.label);
    data.set("path", link.path);
    set_if_any(data, "sorted", link.sorted);
    data.set("arrow", link.sorted == "descending" ? "↓" : "↑");
    set_if_any(data, "column_class", link.css_class);
    return data;
}

Data options(const std::vector<std::pair<std::string, std::string>>& all, const std::string& chosen) {
    Data list{Data::type::list};
    for (const auto& [value, label] : all) {
        Data item;
        item.set("value", value);
        item.set("label", label);
        item.set("is_chosen", value == chosen);
        list << item;
    }
    return list;
}

void set_search(Data& data, const PeopleView& view) {
    data.set("search", view.search);
    set_if_any(data, "direction", view.direction);
    std::vector<std::pair<std::string, std::string>> states, orders;
    for (const StateWord& word : state_labels())
        states.emplace_back(word.state, word.label);
    for (const ColumnHead& head : column_heads())
        orders.emplace_back(to_text(head.order), head.label);
    orders.emplace_back(to_text(PeopleOrder::person), "Person");
    data.set("states", options(states, view.state));
    data.set("orders", options(orders, view.sort));
    data.set("expiries",
             options({{"1", "within a day"}, {"7", "within 7 days"}, {"30", "within 30 days"}}, view.expires_within));
    data.set("from", view.from);
    data.set("to", view.to);
    data.set("is_unused", view.is_unused);
    data.set("not_used_since", view.not_used_since);
    data.set("is_filtered", view.is_filtered);
}

void set_chips(Data& data, const std::vector<Chip>& chips) {
    Data list{Data::type::list};
    for (const Chip& chip : chips) {
        Data item;
        item.set("label", chip.label);
        item.set("path", chip.path);
        set_if_any(item, "count", chip.count);
        item.set("is_chosen", chip.is_chosen);
        list << item;
    }
    data.set("chips", list);
}

// The orders as links for small screens, which show no heads of columns, and the flag of the column
// that orders, which small screens show for it.
void set_orders(Data& data, const PeopleView& view) {
    Data sorts{Data::type::list};
    sorts << link_data(view.person);
    for (const SortLink& link : view.columns)
        sorts << link_data(link);
    data.set("sorts", sorts);
    data.set("by_total", view.sort == to_text(PeopleOrder::total));
    data.set("by_last_used", view.sort == to_text(PeopleOrder::last_used));
    data.set("by_expires", view.sort == to_text(PeopleOrder::expires));
    data.set("by_created", view.sort == to_text(PeopleOrder::created));
}

void set_choices(Data& data, const PeopleView& view) {
    data.set("has_choices", view.has_choices);
    data.set("is_all_chosen", view.is_all_chosen);
    set_if_any(data, "matching", view.matching);
    data.set("choose_all_path", view.choose_all_path);
    data.set("choose_single_path", view.choose_single_path);
    Data fields{Data::type::list};
    for (const auto& [name, value] : view.selection) {
        Data field;
        field.set("field", name);
        field.set("value", value);
        fields << field;
    }
    data.set("selection", fields);
    Data acts{Data::type::list};
    for (const BulkAct& act : bulk_acts()) {
        Data item;
        item.set("act", std::string(act.name));
        item.set("act_path", std::string(act.path));
        item.set("act_label", std::string(act.label));
        set_if_any(item, "sent_act", std::string(act.sent_act));
        set_if_any(item, "act_class", std::string(act.css_class));
        acts << item;
    }
    data.set("acts", acts);
}

void set_add(Data& data, const AddPeopleForm& form) {
    data.set("add_text", form.text);
    data.set("add_max", std::to_string(Roster::lines_max));
    data.set("has_add_problems", !form.problems.empty());
    Data problems{Data::type::list};
    for (const std::string& problem : form.problems) {
        Data item;
        item.set("problem_text", problem);
        problems << item;
    }
    data.set("add_problems", problems);
}

}  // namespace

std::string render(const PeopleView& view) {
    Data data = admin_data(view.frame, "People", "people");
    data.set("seats", view.seats);
    set_if_any(data, "seats_max", view.seats_max);
    set_if_any(data, "notice_good", view.notice_good);
    set_if_any(data, "notice_bad", view.notice_bad);
    set_if_any(data, "problem", view.problem);
    set_search(data, view);
    set_chips(data, view.chips);
    data.set("person", link_data(view.person));
    Data columns{Data::type::list};
    for (const SortLink& link : view.columns)
        columns << link_data(link);
    data.set("columns", columns);
    set_orders(data, view);
    Data people{Data::type::list};
    for (const PersonRow& row : view.people)
        people << row_data(row);
    data.set("people", people);
    data.set("has_people", !view.people.empty());
    data.set("place", view.place);
    set_if_any(data, "previous_path", view.previous_path);
    set_if_any(data, "next_path", view.next_path);
    data.set("export_path", view.export_path);
    set_choices(data, view);
    set_ended(data, view.ended);
    set_add(data, view.add);
    data.set("is_minting", view.is_minting);
    return render_template("people", data);
}

}  // namespace llmapikey
