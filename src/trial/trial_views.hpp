#pragma once

#include <string>

#include "http/answers/views.hpp"

// The answer of a trial as a value.
namespace llmapikey {

// A model's answer as a page, for browsers without JavaScript.
struct TryView {
    Frame frame;
    std::string model;
    std::string message;  // the question
    std::string answer;
    std::string problem;  // why the answer is incomplete; empty: it is complete
    std::string cost;     // "Cost $0.0001. $7.70 left today."; empty: not known
};

// Returns a complete HTML document.
std::string render(const TryView& view);

}  // namespace llmapikey
