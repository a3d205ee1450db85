#include "http/answers/template_engine.hpp"

#include <map>
#include <stdexcept>

#include "base/embedded.hpp"
#include "base/plural.hpp"

namespace llmapikey {
namespace {

constexpr std::string_view extension = ".html";

std::string_view find_text(std::string_view name) {
    for (const base::EmbeddedText& text : embedded_templates()) {
        if (text.name.substr(0, text.name.size() - extension.size()) == name) return text.text;
    }
    throw std::logic_error("no template named " + std::string(name));
}

// Returns all templates by name, parsed once.
const std::map<std::string_view, PageTemplate>& templates() {
    static const auto parsed = [] {
        std::map<std::string_view, PageTemplate> all;
        for (const base::EmbeddedText& text : embedded_templates()) {
            const std::string_view name = text.name.substr(0, text.name.size() - extension.size());
            all.emplace(name, PageTemplate(name, find_text));
        }
        return all;
    }();
    return parsed;
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
    data.set("tip_y", std::to_string(day.tip_y));
    data.set("tip_w", std::to_string(day.tip_width));
    data.set("tip_middle", std::to_string(day.tip_x + day.tip_width / 2));
    data.set("tip_text_y", std::to_string(day.tip_y + 14));
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

std::string render_template(std::string_view name, const Data& data) {
    const auto& all = templates();
    const auto found = all.find(name);
    if (found == all.end()) throw std::logic_error("no template named " + std::string(name));
    return found->second.render(data);
}

void set_if_any(Data& data, const std::string& name, const std::string& value) {
    if (!value.empty()) data.set(name, value);
}

void set_time(Data& data, const std::string& name, const ShownTime& shown) {
    Data item;
    item.set("at", shown.at);
    item.set("exact", shown.exact);
    item.set("shown", shown.text);
    data.set(name, std::move(item));
}

void set_age(Data& data, const std::string& name, const ShownAge& shown) {
    Data item;
    item.set("at", shown.at);
    item.set("exact", shown.exact);
    item.set("age", shown.age);
    data.set(name, item);
}

Data admin_data(const Frame& frame, const std::string& title, const std::string& place) {
    Data data = frame_data(frame, title);
    data.set("is_console", true);
    data.set("asset_console_css", asset_url("console.css"));
    data.set("asset_console_js", asset_url("console.js"));
    const bool is_setting = place == "bulk" || place == "changes" || place == "tokens" || place == "webhooks";
    data.set("at_" + place, true);
    if (is_setting) data.set("at_settings", true);
    return data;
}

Data frame_data(const Frame& frame, const std::string& title) {
    Data data;
    data.set("title", title + " · " + frame.organizer.event_name);
    data.set("asset_css", asset_url("app.css"));
    data.set("asset_js", asset_url("app.js"));
    data.set("asset_icon", asset_url("favicon.svg"));
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
    data.set("daily_limit_usd", frame.daily_limit_usd);
    data.set("key_lifetime", base::counted(frame.key_expiry_days, "day"));
    data.set("event_name", frame.organizer.event_name);
    set_if_any(data, "organizer_name", frame.organizer.name);
    set_if_any(data, "organizer_contact", frame.organizer.contact);
    data.set("provider", std::string(frame.provider.name));
    data.set("key_prefix", std::string(frame.provider.key_prefix));
    data.set("key_variable", std::string(frame.provider.key_variable));
    data.set("refresh_without_script", false);
    data.set("description", "One capped LLM API key per GitHub account.");
    return data;
}

Data shared_page_data(const Frame& frame, const std::string& title, const std::string& description) {
    Data data = frame_data(frame, title);
    data.set("description", description);
    data.set("is_shared", true);
    if (!frame.public_url.empty()) data.set("canonical_url", frame.public_url + frame.current_path);
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
