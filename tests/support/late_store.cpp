#include "support/late_store.hpp"

#include <utility>

namespace llmapikey::test {

void LateSteps::arm(int failing, int landing, Kind kind) {
    step_ = 0;
    kind_ = kind;
    failing_ = failing;
    landing_ = landing;
    failed_.clear();
    late_ = nullptr;
}

void LateSteps::land() {
    const auto effect = std::exchange(late_, nullptr);
    if (effect) effect();
}

void LateSteps::begin_step() {
    ++step_;
    if (step_ >= landing_) land();
}

}  // namespace llmapikey::test
