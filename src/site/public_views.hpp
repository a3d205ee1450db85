#pragma once

#include <string>
#include <vector>

#include "http/answers/views.hpp"

// The landing page and the documentation as values.
namespace llmapikey {

struct LandingView {
    Frame frame;
    bool is_model_choice_limited = false;
};

// Which models keys may call, by the organizer's guardrail upstream.
struct ModelChoice {
    enum class State { unlimited, not_known_yet, known };
    State state = State::unlimited;
    // For known; an empty list does not limit anything.
    std::vector<std::string> allowed_models, ignored_models;
    std::vector<std::string> allowed_providers, ignored_providers;
    std::string limit_usd;       // beside the key's own cap; empty: none
    std::string limit_interval;  // "daily", "weekly", "monthly"
};

struct DocsView {
    Frame frame;
    std::string api_base_url;   // of the OpenAI-compatible API
    std::string example_model;  // "openai/gpt-4o-mini"
    // The signed-in person's key; all empty if there is none.
    std::string masked_key;  // as masked_key_text() gives it
    std::string raw_key;     // only when it was asked for (/docs?key=show)
    std::string expires_on;  // "2027-02-22"
    ModelChoice models = {};
};

// Complete HTML documents.
std::string render(const LandingView& view);
std::string render(const DocsView& view);

}  // namespace llmapikey
