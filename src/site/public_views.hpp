#pragma once

#include <string>
#include <vector>

#include "http/answers/views.hpp"

// View models of the landing page and the documentation.
namespace llmapikey {

struct LandingView {
    Frame frame;
    bool is_model_choice_limited = false;
};

// The models that keys may call according to the organizer's guardrail upstream.
struct ModelChoice {
    enum class State { unlimited, not_known_yet, known };
    State state = State::unlimited;
    // Filled if the state is `known`. An empty list limits nothing.
    std::vector<std::string> allowed_models, ignored_models;
    std::vector<std::string> allowed_providers, ignored_providers;
    std::string limit_usd;       // in addition to the key's own cap; empty: none
    std::string limit_interval;  // "daily", "weekly", "monthly"
};

struct DocsView {
    Frame frame;
    std::string api_base_url;   // of the OpenAI-compatible API
    std::string example_model;  // "openai/gpt-4o-mini"
    // The signed-in person's key. All three are empty if there is none.
    std::string masked_key;  // made by masked_key_text()
    std::string raw_key;     // only if the page was asked to show it (/docs?key=show)
    std::string expires_on;  // "22 February 2027"
    ModelChoice models = {};
};

// Return complete HTML documents.
std::string render(const LandingView& view);
std::string render(const DocsView& view);

}  // namespace llmapikey
