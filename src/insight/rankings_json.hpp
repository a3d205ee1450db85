#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "insight/statistics.hpp"
#include "providers/key_provider.hpp"

// Lists that are kept as one gauge each, in JSON: who has spent most today, and what was spent with
// which model. What cannot be read is an empty list.
namespace llmapikey {

std::string to_fact(const std::vector<Spender>& spenders);
std::vector<Spender> spenders_of(std::string_view fact);

// Keeps the first `models_kept` models and sums up the others as one without a name.
std::string to_fact(const std::vector<ModelSpending>& models);
std::vector<ModelSpending> models_of(std::string_view fact);

}  // namespace llmapikey
