#pragma once

#include <string>

#include "keys/dashboard_views.hpp"

namespace llmapikey::test {

// Values of pages that occur nowhere else.
inline Frame frame() {
    Frame frame;
    frame.login = "octocat";
    frame.csrf_token = "token";
    frame.current_path = "/dashboard";
    frame.daily_limit_usd = "$7.25";
    frame.key_expiry_days = 13;
    frame.provider = {"OpenRouter",         "sk-or-v1-",       "https://openrouter.ai/models",
                      "OPENROUTER_API_KEY", "User not found.", true};
    return frame;
}

inline Chart chart(const std::string& word = "22 Feb") {
    ChartDrawing drawing;
    drawing.bars = "M0 0v1";
    drawing.grid = drawing.dates = {{1, 2, word}};
    drawing.cap = ChartDrawing::Text{3, 4, word};
    drawing.days = {{5, 6, 7, 8, word + ": $3.00"}};
    return {"Spent per day", drawing, drawing, {{word, "$3.00"}}};
}

inline ShownTime time(const std::string& word) {
    return {"2027-02-22T14:05:00Z", "2027-02-22 14:05 UTC", word};
}

inline DashboardView full_dashboard() {
    DashboardView view;
    view.frame = frame();
    view.state = DashboardState::has_key;
    view.notice_good = "Your key is ready.";
    view.masked_key = "sk-or-v1-…1234";
    view.raw_key = "sk-or-v1-raw1234";
    view.expires_on = time("22 February 2027");
    view.days_left = 11;
    KeyUsage usage;
    usage.spent_usd = "$1.50";
    usage.remaining_usd = "$5.75";
    usage.spent_of_range = "$8.25";
    usage.percent_spent = 21;
    usage.updated = {"2027-02-22T14:05:00Z", "2027-02-22 14:05:00 UTC", "12 seconds ago"};
    usage.days = chart();
    view.usage = usage;
    view.grant_id = "11111111-2222-4333-8444-555555555555";
    view.carried_usd = "$3.50";
    view.resets_at = time("00:00 UTC");
    view.resets_in = "5 h 12 min";
    view.api_base_url = "https://router.example/api/v1";
    view.example_model = "some/model";
    view.models = {{"some/model", "Some Model", "cheap"}};
    return view;
}

inline bool contains(const std::string& page, const std::string& text) {
    return page.find(text) != std::string::npos;
}

}  // namespace llmapikey::test
