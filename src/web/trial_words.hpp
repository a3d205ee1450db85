#pragma once

#include <string>

#include "service/trials.hpp"
#include "web/error_response.hpp"

// What a recipient is told when trying a key does not work.
namespace llmapikey::web {

struct TrialWords {
    int status;  // of an answer that has not begun
    ErrorText text;

    std::string sentence() const;  // for an answer that has
};

TrialWords words_of(service::TrialObstacle obstacle);
// Of a failure of service::ChatProvider::ask().
TrialWords words_of(base::Errc failure);

}  // namespace llmapikey::web
