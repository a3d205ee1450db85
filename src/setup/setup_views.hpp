#pragma once

#include <string>

#include "http/answers/views.hpp"

namespace llmapikey {

// The page of the link that makes the first admin.
struct SetupView {
    Frame frame;
    std::string token;
    std::string sign_in_path;  // leads back to this page
};

// Returns a complete HTML document.
std::string render(const SetupView& view);

}  // namespace llmapikey
