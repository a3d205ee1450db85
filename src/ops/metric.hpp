#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace llmapikey::ops {

// One metric at the time of a scrape, with a sample for each set of labels.
struct Metric {
    enum class Kind { gauge, counter };
    struct Sample {
        std::vector<std::pair<std::string, std::string>> labels;
        double value = 0;
    };
    std::string name, help;
    Kind kind = Kind::gauge;
    std::vector<Sample> samples;
};

// Make a metric without labels.
inline Metric gauge(std::string name, std::string help, double value) {
    return {std::move(name), std::move(help), Metric::Kind::gauge, {{{}, value}}};
}
inline Metric counter(std::string name, std::string help, double value) {
    return {std::move(name), std::move(help), Metric::Kind::counter, {{{}, value}}};
}

// Returns metrics. Called at each scrape, on the thread of the scrape. A source leaves out what it
// cannot read at the moment, so that nothing stale is shown.
using MetricSource = std::function<std::vector<Metric>()>;

}  // namespace llmapikey::ops
