#pragma once

#include <string>

namespace llmapikey::sandbox {

// The behavior that tests have asked of the simulated OpenRouter. Not thread-safe: its owner locks.
struct OpenRouterScene {
    // The rights of the management key.
    struct Rights {
        bool is_read_only = false;
        std::string workspace_id;            // the only workspace that it reaches; empty: all workspaces
        bool is_of_another_account = false;  // the management key knows none of the keys
    } rights;
    // Says how the next chat completions are answered. openrouter_refusals.hpp lists the causes.
    struct Chat {
        std::string cause;  // empty: as the request deserves
        int times = 0;      // number of chat completions
    } chat;
    // Refusals say which limit was reached and with which amounts, as OpenRouter has done since
    // autumn 2026.
    bool has_structured_errors = true;
};

}  // namespace llmapikey::sandbox
