#include "providers/example_model.hpp"

#include <algorithm>

namespace llmapikey {
namespace {

bool is_allowed(const Guardrail* guardrail, const std::string& model) {
    if (guardrail == nullptr || guardrail->allowed_models.empty()) return true;
    return std::ranges::any_of(guardrail->allowed_models, [&](const std::string& allowed) {
        return allowed == model || allowed.starts_with(model + "-20");
    });
}

}  // namespace

std::string example_model(const GuardrailWatch& watch, const std::string& usual) {
    const auto guardrail = watch.known();
    return is_allowed(guardrail.get(), usual) ? usual : guardrail->allowed_models.front();
}

std::vector<ModelToTry> models_to_try(const GuardrailWatch& watch, std::span<const SuggestedModel> suggested,
                                      const std::string& usual) {
    const auto guardrail = watch.known();
    std::vector<ModelToTry> models;
    for (const SuggestedModel& model : suggested)
        if (is_allowed(guardrail.get(), std::string(model.id)))
            models.push_back({std::string(model.id), std::string(model.name), std::string(model.price)});
    const std::string example = example_model(watch, usual);
    const auto first = std::ranges::find(models, example, &ModelToTry::id);
    if (first != models.end()) std::rotate(models.begin(), first, first + 1);
    if (first == models.end() && !example.empty()) models.insert(models.begin(), ModelToTry{example, example, ""});
    return models;
}

}  // namespace llmapikey
