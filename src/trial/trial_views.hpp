#pragma once

#include <string>

#include "http/answers/views.hpp"

// The answer of a trial as a value.
namespace llmapikey {

// What a model answered, for those without JavaScript.
struct TryView {
    Frame frame;
    std::string model;
    std::string message;  // that was asked
    std::string answer;
    std::string problem;  // why the answer is not complete; empty: it is
};

// Complete HTML documents.
std::string render(const TryView& view);

}  // namespace llmapikey
