#pragma once

#include <string>
#include <vector>

#include "activity/act_words.hpp"
#include "http/answers/shown_values.hpp"
#include "http/answers/template_engine.hpp"
#include "http/answers/views.hpp"

// Acts as values, and the page that lists them.
namespace llmapikey {

struct ActRow {
    ShownTime at;
    ActSentence sentence;
    Act act;  // for the details
};

struct ActivityView {
    Frame frame;
    std::string search, kind, day;  // as they were asked for; empty: no filter
    // What is wrong with the kind, the day or the page that was asked for; empty: nothing.
    std::string kind_problem, day_problem, page_problem;
    bool has_problem() const { return !kind_problem.empty() || !day_problem.empty() || !page_problem.empty(); }
    std::vector<ActRow> acts;  // the latest first
    std::string older_path;    // empty: these are all
};

// For the list that the template acts.html shows.
Data acts_data(const std::vector<ActRow>& acts);

// A complete HTML document.
std::string render(const ActivityView& view);

}  // namespace llmapikey
