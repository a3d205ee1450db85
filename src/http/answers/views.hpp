#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "languages/language.hpp"

// View models are plain data, ready to be shown; render() is the only way to HTML. The template
// engine escapes all values. Thread-safe.
namespace llmapikey {

inline constexpr std::string_view product_name = "llmapikey";

// The provider of keys as pages name it. An empty text means that pages say nothing about it.
struct ShownProvider {
    std::string_view name, key_prefix;
    std::string_view models_url;        // of a page that lists models and prices
    std::string_view key_variable;      // name of the shell variable for the key
    std::string_view unknown_key_says;  // the provider's error text for an unknown key
    bool tells_credits = true;
};

// Who runs the giveaway, as pages say it. An empty name or contact means that pages say nothing of
// it.
struct Organizer {
    std::string name;
    std::string contact;                                 // target of a link: "https://…" or "mailto:…"
    std::string event_name = std::string(product_name);  // never empty
};

// The values that every page shows around its content.
struct Frame {
    std::string login;            // of the person who is signed in; empty: nobody
    bool is_admin = false;        // that person may open the console: pages link to it
    std::string csrf_token;       // for that person's forms; empty: nobody is signed in
    std::string current_path;     // "/", "/docs", "/dashboard": marks the entry in the navigation
    std::string public_url;       // canonical origin: "https://keys.example.org"; empty: not configured
    bool is_paused = false;       // minting is off: every page says so
    bool is_sandbox = false;      // simulated upstreams answer: every page says so
    std::string daily_limit_usd;  // "$10.00"
    std::int64_t key_expiry_days = 0;
    ShownProvider provider = {};
    Organizer organizer = {};
    Language language = Language::english;  // of recipients' pages
};

// A chart of days, drawn twice: wide with values on hover and focus, and narrow for small screens,
// because an SVG that shrinks makes its letters too small to read. Coordinates are in units of the
// drawing, from its upper left corner.
struct ChartDrawing {
    struct Text {
        int x = 0, y = 0;
        std::string text;
    };
    struct Day {
        int x = 0, width = 0;            // of the area that shows the value
        int tip_x = 0, tip_width = 120;  // of the value, which stands at the top
        std::string label;               // "25 Nov: $0.74"
    };
    int width = 0, height = 0;  // of the whole drawing
    int left = 0, right = 0;    // ends of the lines
    int top = 0, bottom = 0;    // of the area with the bars
    std::string bars;           // all bars as one path
    std::vector<Text> grid;     // each line's height, and what it stands for
    std::optional<Text> cap;    // a line that no bar can cross
    std::vector<Text> dates;    // below the bars
    std::vector<Day> days;      // only in the wide drawing
};

struct ChartRow {
    std::string day, value;  // "2027-02-22", "$0.74"
};

struct Chart {
    std::string title;  // "Spent per day"
    ChartDrawing wide, narrow;
    std::vector<ChartRow> rows;  // the same as a table
};

// An error page: not found, forbidden, failed sign-in, overloaded. Its texts are English, and are
// translated when the page is rendered.
struct ErrorView {
    Frame frame;
    int status = 500;
    std::string title;        // "Page not found"
    std::string explanation;  // what happened, for people
    std::string advice;       // what to do now
    std::string action_path;  // target of the button: "/auth/login"; empty: no button
    std::string action_text;  // "Try again"
    std::string request_id;   // to quote to the organizer
};

// Returns a complete HTML document.
std::string render(const ErrorView& view);

}  // namespace llmapikey
