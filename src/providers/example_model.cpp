#include "providers/example_model.hpp"

#include <algorithm>

namespace llmapikey {

std::string example_model(const GuardrailWatch& watch, const std::string& usual) {
    const auto guardrail = watch.known();
    if (guardrail == nullptr || guardrail->allowed_models.empty()) return usual;
    const auto& allowed = guardrail->allowed_models;
    const bool has_usual = std::any_of(allowed.begin(), allowed.end(), [&](const std::string& model) {
        return model == usual || model.starts_with(usual + "-20");
    });
    return has_usual ? usual : allowed.front();
}

}  // namespace llmapikey
