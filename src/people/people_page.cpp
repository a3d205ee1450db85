#include "people/people_page.hpp"

#include "activity/activity_page.hpp"
#include "base/csv.hpp"
#include "base/encoding.hpp"
#include "base/plural.hpp"
#include "http/answers/api_answer.hpp"
#include "http/answers/error_response.hpp"
#include "http/answers/result_text.hpp"
#include "http/request_fields.hpp"
#include "keys/key_fields.hpp"
#include "net/body_stream.hpp"
#include "ops/log.hpp"
#include "people/key_row.hpp"
#include "people/people_address.hpp"
#include "people/people_words.hpp"
#include "people/person_row.hpp"

namespace llmapikey {
namespace {

constexpr int people_per_page = 25;
constexpr int ended_beside_search = 20;
constexpr int export_people_per_batch = 500;

constexpr ResultText results[] = {{"people-removed", "That person is removed from the organizer's list.", true}};

// What the page shows besides the list that its fields ask for.
struct Beside {
    std::string problem = {};  // empty: none
    AddPeopleForm add = {};
    bool is_minting = false;
    int status = 200;
};

// "status" is the former name of "state".
std::string field_of(const Form& fields, std::string_view name) {
    return name == "state" && !fields.has("state") ? fields.value("status") : fields.value(name);
}

PeopleQuery query_of(const Form& fields, base::Timestamp now, std::string& problem) {
    auto query = parse_people_query([&](std::string_view name) { return field_of(fields, name); }, now);
    if (query) return std::move(*query);
    problem = "The search was not understood: " + query.error().detail + ".";
    PeopleQuery everybody;
    everybody.now = everybody.filters.now = now;
    return everybody;
}

void show_search(const Form& fields, const PeopleQuery& query, PeopleView& view) {
    view.search = std::string(base::trim(fields.value("q")));
    view.state = query.state;
    view.sort = to_text(query.order);
    if (query.is_descending != is_descending_at_first(query.order))
        view.direction = query.is_descending ? "desc" : "asc";
    view.expires_within = fields.value("expires_within");
    view.from = fields.value("from");
    view.to = fields.value("to");
    view.not_used_since = fields.value("not_used_since");
    view.is_unused = query.filters.is_unused;
    view.is_filtered = query.filters.expires_by || query.filters.is_unused || query.filters.not_used_since ||
                       query.filters.created_from || query.filters.created_before;
}

// The states that somebody is in, and the one that is chosen.
void show_chips(const PeopleQuery& query, const PeopleCounts& counts, const PeopleAddress& address, PeopleView& view) {
    const auto number = [&](const std::string& state) {
        return counts.is_complete ? std::to_string(counts.in(state)) : std::string();
    };
    view.chips.push_back({"All", address.with_state(""), number(""), query.state.empty()});
    for (const StateWord& word : state_labels()) {
        const std::string state(word.state);
        const bool is_chosen = query.state == state;
        // It says nothing that others do not.
        const bool is_told_otherwise = state == "active";
        const bool is_nobody = counts.is_complete && counts.in(state) == 0;
        if (!is_chosen && (is_nobody || is_told_otherwise)) continue;
        view.chips.push_back({std::string(word.label), address.with_state(state), number(state), is_chosen});
    }
}

SortLink sort_link(const ColumnHead& head, const PeopleQuery& query, const PeopleAddress& address) {
    const PeopleOrder order = head.order;
    SortLink link{std::string(head.label), "", "", std::string(head.css_class)};
    const bool is_sorted = query.order == order;
    if (is_sorted) link.sorted = query.is_descending ? "descending" : "ascending";
    link.path = address.sorted_by(order, is_sorted ? !query.is_descending : is_descending_at_first(order));
    return link;
}

void show_columns(const PeopleQuery& query, const PeopleAddress& address, PeopleView& view) {
    view.person = sort_link({PeopleOrder::person, "Person", ""}, query, address);
    for (const ColumnHead& head : column_heads())
        view.columns.push_back(sort_link(head, query, address));
}

// "1–25 of 120"
std::string place_text(const PeoplePart& part, const PeopleCounts& counts, const PeopleQuery& query) {
    const auto shown = static_cast<std::int64_t>(part.people.size());
    if (!counts.is_complete)
        return std::to_string(part.first) + "–" + std::to_string(part.first + shown - 1) + " of more than 10,000";
    const std::int64_t total = counts.in(query.state);
    // What has changed since the first page was read moves the last one.
    const std::int64_t first = part.next_cursor.empty() && !part.previous_cursor.empty()
                                   ? std::max<std::int64_t>(total - shown + 1, 1)
                                   : part.first;
    const std::int64_t last = first + shown - 1;
    return std::to_string(first) + "–" + std::to_string(last) + " of " + std::to_string(std::max(total, last));
}

// The keys of everybody who matches, on all pages.
void show_choice(const Form& fields, const PeopleQuery& query, const PeopleCounts& counts, const PeopleAddress& address,
                 PeopleView& view) {
    for (const PersonRow& row : view.people)
        view.has_choices = view.has_choices || !row.grant_id.empty();
    const std::int64_t keys = counts.keys_in(query.state);
    const bool is_more_than_a_page = !view.previous_path.empty() || !view.next_path.empty();
    // Nobody is chosen by a search that was not understood.
    view.is_all_chosen = view.has_choices && view.problem.empty() && is_set(fields.value("all"));
    view.selection = address.filters();
    if (view.selection.empty()) view.selection.emplace_back("all", "true");
    if (view.is_all_chosen || is_more_than_a_page)
        view.matching = counts.is_complete ? base::counted(keys, "key") : "very many keys";
    view.choose_all_path = address.with_all();
    view.choose_single_path = address.path();
}

// Shows the first ended keys that match the search, so that a key that was replaced is found by its
// last characters.
base::Result<void> show_ended(const PeoplePage& self, const Context& context, const PeopleQuery& query,
                              PeopleView& view) {
    if (query.filters.search.empty()) return {};
    GrantQuery ended = query.filters;
    ended.limit = ended_beside_search;
    const auto page = TRY(self.admin_store.list_ended(ended));
    std::set<std::string> actors;
    for (const LedgerEntry& entry : page.entries)
        actors.insert(entry.actor);
    const auto names = TRY(names_of_actors(self.activity, actors, context));
    for (const LedgerEntry& entry : page.entries) {
        view.ended.push_back({entry.grant.github_user_id.text(), entry.grant.github_username,
                              "…" + entry.grant.key_hint, date_text(entry.grant.created_at),
                              entry.ended_at ? minute_text(*entry.ended_at) : "under way", who_did(entry.actor, names),
                              entry.reason});
    }
    return {};
}

base::Result<PeoplePart> list_people(const PeoplePage& self, const Form& fields, PeopleQuery& query,
                                     std::string& problem) {
    query.limit = people_per_page;
    query.is_backward = !fields.value("before").empty();
    query.cursor = fields.value(query.is_backward ? "before" : "page");
    auto part = self.people.list(query);
    if (part || part.error().code != base::Errc::invalid_input) return part;
    if (problem.empty()) problem = "That page does not exist. This is the first page.";
    query.cursor.clear();
    query.is_backward = false;
    return self.people.list(query);
}

base::Result<void> fill(const PeoplePage& self, const Context& context, const Form& fields, PeopleView& view) {
    PeopleQuery query = query_of(fields, self.clock.now(), view.problem);
    // What was not understood is not repeated in links.
    const bool is_understood = view.problem.empty();
    const auto field = [&](std::string_view name) { return is_understood ? fields.value(name) : std::string(); };
    const PeopleAddress address(field, query);
    const auto part = TRY(list_people(self, fields, query, view.problem));
    const auto counts = TRY(self.people.count(query));
    show_search(fields, query, view);
    show_chips(query, counts, address, view);
    show_columns(query, address, view);
    for (const Person& person : part.people)
        view.people.push_back(person_row(person, query.now));
    view.place = place_text(part, counts, query);
    if (!part.previous_cursor.empty()) view.previous_path = address.page_before(part.previous_cursor);
    if (!part.next_cursor.empty()) view.next_path = address.page_after(part.next_cursor);
    view.export_path = address.download();
    show_choice(fields, query, counts, address, view);
    TRY(show_ended(self, context, query, view));
    const auto totals = TRY(self.store.totals());
    view.seats = std::to_string(totals.live);
    const std::int64_t seats_max = self.terms.known().max_total_keys;
    if (seats_max > 0) view.seats_max = std::to_string(seats_max);
    return {};
}

// How many people were added, as the page's address says it: "people-added-2-1-0".
constexpr std::string_view added_word = "people-added-";
std::string added_result(const AddedPeople& came_to) {
    return std::string(added_word) + std::to_string(came_to.added) + "-" + std::to_string(came_to.known) + "-" +
           std::to_string(came_to.repeated);
}

std::string added_text(std::int64_t added, std::int64_t known, std::int64_t repeated) {
    const std::string others = base::counted(known, "person was", "people were") + " on the list already.";
    const std::string twice =
        base::counted(repeated, "line repeats another and was", "lines repeat others and were") + " skipped.";
    std::string text =
        added == 0 ? "Nobody was added:" : base::counted(added, "person is", "people are") + " added to the list.";
    if (added == 0 || known > 0) text += " " + others;
    if (repeated > 0) text += " " + twice;
    return text;
}

void show_added(std::string_view result, PeopleView& view) {
    if (!result.starts_with(added_word)) return;
    const auto numbers = base::split(result.substr(added_word.size()), '-');
    const auto added = base::parse_whole_number(numbers[0]);
    const auto known = numbers.size() > 1 ? base::parse_whole_number(numbers[1]) : std::nullopt;
    const auto repeated = numbers.size() > 2 ? base::parse_whole_number(numbers[2]) : 0;
    if (added && known && repeated) view.notice_good = added_text(*added, *known, *repeated);
}

net::Response answer(const PeoplePage& self, const Context& context, const Form& fields, Beside beside) {
    PeopleView view;
    view.frame = make_frame(context);
    show_key_outcome(context, view.notice_good, view.notice_bad);
    if (view.notice_good.empty()) show_result(context, results, view.notice_good, view.notice_bad);
    show_added(fields.value("result"), view);
    const auto filled = fill(self, context, fields, view);
    if (!filled) return error_response(context, filled.error());
    if (!beside.problem.empty()) view.problem = std::move(beside.problem);
    view.add = std::move(beside.add);
    view.is_minting = beside.is_minting;
    const int status = beside.status != 200 ? beside.status : view.problem.empty() ? 200 : 400;
    return html_response(status, render(view));
}

net::Response refuse_lines(const Context& context, const std::vector<LineProblem>& problems) {
    std::string text;
    for (const LineProblem& problem : problems)
        text += (text.empty() ? "" : " ") + problem.text;
    return error_response(context, 422, {}, {"Nobody was added", text, "", "", ""});
}

std::string csv_of(const Person& person, base::Timestamp now) {
    const auto time = [](const std::optional<base::Timestamp>& at) { return at ? base::to_rfc3339(*at) : ""; };
    const auto& key = person.key;
    const auto& former = person.former;
    return base::csv_line(
        {person.github_user_id ? person.github_user_id->text() : "", person.login, person.name,
         std::string(to_text(state_of(person, now))), base::to_display(person.today), base::to_display(person.total),
         key ? base::to_display(key->daily_limit) : "", key ? time(key->last_used_at) : "",
         key      ? key->hint
         : former ? former->hint
                  : "",
         key      ? time(key->created_at)
         : former ? time(former->created_at)
                  : "",
         key ? time(key->expires_at) : "", former ? time(former->ended_at) : "", former ? former->reason : "",
         person.hold ? person.hold->until ? time(person.hold->until) : "for good" : "",
         person.hold ? person.hold->reason : "", person.expected_id.empty() ? "no" : "yes"});
}

constexpr const char* csv_heading =
    "github_user_id,github_username,name,state,spent_today_usd,spent_usd,daily_limit_usd,last_used_at,hint,created_at,"
    "expires_at,ended_at,ended_reason,hold_until,hold_reason,expected\r\n";

net::BodyEnd export_people(PeopleStore& people, PeopleQuery query, net::BodyWriter& writer) {
    std::string lines = csv_heading;
    do {
        const auto part = people.list(query);
        if (!part) ops::log(ops::LogLevel::error, "exporting people: " + part.error().detail);
        if (!part) return net::BodyEnd::broken;
        for (const Person& person : part->people)
            lines += csv_of(person, query.now);
        if (!writer.write(lines)) return net::BodyEnd::broken;
        lines.clear();
        query.cursor = part->next_cursor;
    } while (!query.cursor.empty());
    return net::BodyEnd::whole;
}

}  // namespace

net::Response PeoplePage::show(const Context& context) const {
    return answer(*this, context, Form(context.request.query), {});
}

net::Response PeoplePage::show_with(const Context& context, std::string problem, At at) const {
    return answer(*this, context, Form(""),
                  {.problem = std::move(problem), .is_minting = at == At::mint_form, .status = 400});
}

net::Response PeoplePage::add(const Context& context) const {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return error_response(context, 400);
    const std::string text = fields->text("people");
    const auto added = roster.add(text, context.initiator());
    if (!added) return error_response(context, added.error());
    if (added->problems.empty()) {
        if (context.wants_json())
            return status_answer(200, "people-added", added_text(added->added, added->known, added->repeated));
        return redirect(303, "/admin/people?result=" + added_result(*added));
    }
    if (context.wants_json()) return refuse_lines(context, added->problems);
    Beside beside{.status = 422};
    // A key that somebody has pasted by mistake is not sent back.
    beside.add.text = holds_raw_key(text) ? "" : text;
    for (const LineProblem& problem : added->problems)
        beside.add.problems.push_back(problem.text);
    return answer(*this, context, Form(""), std::move(beside));
}

net::Response PeoplePage::download(const Context& context) const {
    const Form fields(context.request.query);
    auto query = parse_people_query([&](std::string_view name) { return field_of(fields, name); }, clock.now());
    if (!query) return error_response(context, query.error());
    query->limit = export_people_per_batch;
    net::Response response = uncached_response(200, "text/csv; charset=utf-8", "");
    response.set("Content-Disposition", "attachment; filename=\"llmapikey-people.csv\"");
    response.producer = [&people = this->people, query = std::move(*query)](net::BodyWriter& writer) {
        return export_people(people, query, writer);
    };
    return response;
}

}  // namespace llmapikey
