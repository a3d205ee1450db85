#pragma once

#include <string>

namespace llmapikey::sandbox {

// What tests have told the simulated OpenRouter to be like. Not thread-safe: its owner locks.
struct OpenRouterScene {
    // What the management key may do.
    struct Rights {
        bool is_read_only = false;
        std::string workspace_id;            // it reaches this workspace only; empty: all of them
        bool is_of_another_account = false;  // it knows none of the keys
    } rights;
    // How the next chat completions are answered; see openrouter_refusals.hpp for the causes.
    struct Chat {
        std::string cause;  // empty: as they deserve
        int times = 0;      // so many calls
    } chat;
    // Whether refusals say who refuses and by which figures, as OpenRouter has done since the
    // autumn of 2026.
    bool has_structured_errors = true;
};

}  // namespace llmapikey::sandbox
