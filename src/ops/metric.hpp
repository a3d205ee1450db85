#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace llmapikey::ops {

// One metric as it stands when somebody asks, with a sample for each set of labels.
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

// Without labels.
inline Metric gauge(std::string name, std::string help, double value) {
    return {std::move(name), std::move(help), Metric::Kind::gauge, {{{}, value}}};
}
inline Metric counter(std::string name, std::string help, double value) {
    return {std::move(name), std::move(help), Metric::Kind::counter, {{{}, value}}};
}

// Asked at each scrape, on its thread. What it cannot tell just now it leaves out: nothing stale is
// shown.
using MetricSource = std::function<std::vector<Metric>()>;

}  // namespace llmapikey::ops
