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

inline Chart chart(const std::string& word = "2027-02-22") {
    return {"What you spent per day", "$3.00", {{1, 0, 100, word + ": $3.00", word, "$3.00"}}};
}

inline DashboardView full_dashboard() {
    DashboardView view;
    view.frame = frame();
    view.state = DashboardState::has_key;
    view.notice_good = "Your key is ready.";
    view.masked_key = "sk-or-v1-…1234";
    view.raw_key = "sk-or-v1-raw1234";
    view.expires_on = "2027-02-22";
    view.days_left = 11;
    view.usage = KeyUsage{"$1.50", "$5.75", "$4.50",
                          "$8.25", 21,      {"2027-02-22T14:05:00Z", "2027-02-22 14:05:00 UTC", "12 seconds ago"},
                          false,   chart()};
    view.grant_id = "11111111-2222-4333-8444-555555555555";
    view.limit_today_usd = "$3.75";
    view.carried_usd = "$3.50";
    view.resets_at = "00:00 UTC, in 5 h 12 min";
    view.api_base_url = "https://router.example/api/v1";
    view.example_model = "some/model";
    return view;
}

inline bool contains(const std::string& page, const std::string& text) {
    return page.find(text) != std::string::npos;
}

}  // namespace llmapikey::test
