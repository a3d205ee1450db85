#include "http/answers/template_engine.hpp"

#include <map>
#include <stdexcept>

#include "base/embedded.hpp"
#include "languages/catalog.hpp"
#include "languages/per_language.hpp"

namespace llmapikey {
namespace {

constexpr std::string_view extension = ".html";

std::string_view find_text(std::string_view name) {
    for (const base::EmbeddedText& text : embedded_templates()) {
        if (text.name.substr(0, text.name.size() - extension.size()) == name) return text.text;
    }
    throw std::logic_error("no template named " + std::string(name));
}

using Templates = std::map<std::string_view, PageTemplate>;

Templates parsed_in(Language language) {
    const PageTemplate::Source source{find_text,
                                      [language](std::string_view english) { return translated(language, english); }};
    Templates all;
    for (const base::EmbeddedText& text : embedded_templates()) {
        const std::string_view name = text.name.substr(0, text.name.size() - extension.size());
        all.emplace(name, PageTemplate(name, source));
    }
    return all;
}

// Returns all templates by name, parsed when the language is asked for first.
const Templates& templates_in(Language language) {
    static PerLanguage<Templates> templates(parsed_in);
    return templates.of(language);
}

// The parts of the console, in its navigation.
constexpr std::string_view places[] = {"at_overview", "at_people", "at_activity", "at_settings", "at_bulk",
                                       "at_changes",  "at_tokens", "at_webhooks", "at_documents"};

// Throws std::logic_error if there is no such part.
Name name_of_place(std::string_view place) {
    constexpr std::size_t prefix = std::string_view("at_").size();
    for (const std::string_view each : places)
        if (each.substr(prefix) == place) return Name::of_table(each);
    throw std::logic_error("the console has no part named " + std::string(place));
}

// What the page offers besides its own language.
Data language_choice(Language chosen) {
    Data list{Data::type::list};
    for (const LanguageName& each : language_names()) {
        Data item("code", std::string(each.code));
        item.set("tag", std::string(each.tag));
        item.set("name", std::string(each.name));
        item.set("is_chosen", each.language == chosen);
        list << std::move(item);
    }
    return list;
}

// `y_of_text`: where a text stands relative to its line.
Data text_data(const ChartDrawing::Text& text, int y_of_text) {
    Data data;
    data.set("x", std::to_string(text.x));
    data.set("y", std::to_string(text.y));
    data.set("text_y", std::to_string(text.y + y_of_text));
    data.set("text", text.text);
    return data;
}

// A chart of 90 days has this 90 times, so it is short. The last day can be reached by the Tab key;
// from it app.js leads to the others, and gives them what they need to take the focus.
Data day_data(const ChartDrawing::Day& day, bool is_last) {
    Data data;
    data.set("x", std::to_string(day.x));
    data.set("w", std::to_string(day.width));
    data.set("tip_x", std::to_string(day.tip_x));
    data.set("tip_w", std::to_string(day.tip_width));
    data.set("tip_middle", std::to_string(day.tip_x + day.tip_width / 2));
    data.set("label", day.label);
    data.set("is_last", is_last);
    return data;
}

Data drawing_data(const ChartDrawing& drawing) {
    Data data;
    data.set("width", std::to_string(drawing.width));
    data.set("height", std::to_string(drawing.height));
    data.set("left", std::to_string(drawing.left));
    data.set("right", std::to_string(drawing.right));
    data.set("top", std::to_string(drawing.top));
    data.set("h", std::to_string(drawing.bottom - drawing.top));
    data.set("bars", drawing.bars);
    Data grid{Data::type::list}, dates{Data::type::list}, days{Data::type::list};
    for (const ChartDrawing::Text& line : drawing.grid)
        grid << text_data(line, 4);
    for (const ChartDrawing::Text& date : drawing.dates)
        dates << text_data(date, 0);
    for (const ChartDrawing::Day& day : drawing.days)
        days << day_data(day, &day == &drawing.days.back());
    data.set("grid", std::move(grid));
    if (drawing.cap) data.set("cap", text_data(*drawing.cap, -4));
    data.set("dates", std::move(dates));
    data.set("days", std::move(days));
    return data;
}

// Whether the path can be that of a document: "/docs/start".
bool is_document(std::string_view path) {
    constexpr std::string_view folder = "/docs/";
    return path.starts_with(folder) &&
           path.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-", folder.size()) == std::string_view::npos;
}

}  // namespace

Data chart_data(const Chart& chart) {
    Data data;
    data.set("chart_title", chart.title);
    data.set("wide", drawing_data(chart.wide));
    data.set("narrow", drawing_data(chart.narrow));
    Data rows{Data::type::list};
    for (const ChartRow& row : chart.rows) {
        Data item;
        item.set("day", row.day);
        item.set("value", row.value);
        rows << std::move(item);
    }
    data.set("rows", std::move(rows));
    return data;
}

std::string asset_url(std::string_view name) {
    for (const base::EmbeddedAsset& asset : embedded_assets()) {
        if (asset.name == name) return std::string(asset.url_path);
    }
    throw std::logic_error("no asset named " + std::string(name));
}

std::string render_template(std::string_view name, const Data& data, Language language) {
    const auto& all = templates_in(language);
    const auto found = all.find(name);
    if (found == all.end()) throw std::logic_error("no template named " + std::string(name));
    return found->second.render(data);
}

void set_if_any(Data& data, Name name, const std::string& value) {
    if (!value.empty()) data.set(name, value);
}

void set_time(Data& data, Name name, const ShownTime& shown) {
    Data item;
    item.set("at", shown.at);
    item.set("exact", shown.exact);
    item.set("shown", shown.text);
    data.set(name, std::move(item));
}

void set_age(Data& data, Name name, const ShownAge& shown) {
    Data item;
    item.set("at", shown.at);
    item.set("exact", shown.exact);
    item.set("age", shown.age);
    data.set(name, std::move(item));
}

Data admin_data(const Frame& frame, const std::string& title, const std::string& place) {
    Frame in_english = frame;
    in_english.language = Language::english;
    Data data = frame_data(in_english, title);
    data.set("is_console", true);
    data.set("asset_console_css", asset_url("console.css"));
    data.set("asset_console_js", asset_url("console.js"));
    const bool is_setting = place == "bulk" || place == "changes" || place == "tokens" || place == "webhooks";
    data.set(name_of_place(place), true);
    if (is_setting) data.set("at_settings", true);
    return data;
}

Data frame_data(const Frame& frame, const std::string& title) {
    static PerLanguage<Data> language_choices(language_choice);
    Data data;
    const Language language = frame.language;
    data.set("lang", std::string(name_of(language).tag));
    data.share("languages", language_choices.of(language));
    data.set("path_after_choice", "/");
    data.set("is_english", language == Language::english);
    data.set("title", std::string(translated(language, title)) + " · " + frame.organizer.event_name);
    data.set("asset_css", asset_url("app.css"));
    data.set("asset_js", asset_url("app.js"));
    data.set("asset_icon", asset_url("favicon.svg"));
    data.set("asset_touch_icon", asset_url("icon-180.png"));
    if (!frame.login.empty()) {
        data.set("login", frame.login);
        data.set("initials", initials_of(frame.login));
    }
    data.set("is_admin", frame.is_admin);
    data.set("csrf_token", frame.csrf_token);
    data.set("is_landing", frame.current_path == "/");
    data.set("is_docs", frame.current_path == "/docs" || is_document(frame.current_path));
    data.set("is_dashboard", frame.current_path == "/dashboard");
    data.set("is_paused", frame.is_paused);
    data.set("is_sandbox", frame.is_sandbox);
    data.set("daily_limit_usd", localized_money(language, frame.daily_limit_usd));
    data.set("key_lifetime", counted(language, frame.key_expiry_days, "day"));
    data.set("event_name", frame.organizer.event_name);
    set_if_any(data, "organizer_name", frame.organizer.name);
    set_if_any(data, "organizer_contact", frame.organizer.contact);
    data.set("provider", std::string(frame.provider.name));
    data.set("key_prefix", std::string(frame.provider.key_prefix));
    data.set("key_variable", std::string(frame.provider.key_variable));
    data.set("refresh_without_script", false);
    data.set("description", std::string(translated(language, "One capped LLM API key per GitHub account.")));
    return data;
}

Data shared_page_data(const Frame& frame, const std::string& title, const std::string& description) {
    Data data = frame_data(frame, title);
    data.set("description", description);
    data.set("path_after_choice", frame.current_path);  // of a page that exists: no other path is repeated
    data.set("is_shared", true);
    if (frame.public_url.empty()) return data;
    data.set("canonical_url", frame.public_url + frame.current_path);
    data.set("preview_url", frame.public_url + asset_url("preview.png"));
    return data;
}

Data word_list(const std::vector<std::string>& words) {
    Data list{Data::type::list};
    for (const std::string& word : words) {
        Data item;
        item.set("word", word);
        list << item;
    }
    return list;
}

}  // namespace llmapikey
