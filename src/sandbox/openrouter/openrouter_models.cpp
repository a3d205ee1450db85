#include "sandbox/openrouter/openrouter_models.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "sandbox/faults.hpp"
#include "sandbox/openrouter/openrouter_answer.hpp"
#include "sandbox/request_parts.hpp"

namespace llmapikey::sandbox {
namespace {

namespace json = boost::json;

constexpr std::int64_t largest_page = 1000;

// The last model lets a test reach a cap within a few calls: each call costs a dollar, and the
// estimate for a short answer is less, so that it is the cap that ends it.
constexpr Model models[] = {
    {"openai/gpt-4o-mini", "openai/gpt-4o-mini-2024-07-18", "OpenAI: GPT-4o-mini", 128'000, 150, 600},
    {"openai/gpt-4o", "openai/gpt-4o-2024-11-20", "OpenAI: GPT-4o", 128'000, 2'500, 10'000},
    {"anthropic/claude-3.5-haiku", "anthropic/claude-3.5-haiku", "Anthropic: Claude 3.5 Haiku", 200'000, 800, 4'000},
    {"anthropic/claude-sonnet-4", "anthropic/claude-4-sonnet-20250522", "Anthropic: Claude Sonnet 4", 200'000, 3'000,
     15'000},
    {"google/gemini-2.0-flash-001", "google/gemini-2.0-flash-001", "Google: Gemini 2.0 Flash", 1'000'000, 100, 400},
    {"meta-llama/llama-3.3-70b-instruct", "meta-llama/llama-3.3-70b-instruct", "Meta: Llama 3.3 70B Instruct", 131'072,
     120, 300},
    {"mistralai/mistral-small", "mistralai/mistral-small", "Mistral: Small", 32'000, 200, 600},
    {"deepseek/deepseek-chat", "deepseek/deepseek-chat", "DeepSeek: Chat", 64'000, 140, 280},
    {"qwen/qwen-2.5-72b-instruct", "qwen/qwen-2.5-72b-instruct", "Qwen: 2.5 72B Instruct", 32'768, 130, 400},
    {"sandbox/expensive", "sandbox/expensive", "Sandbox: one dollar a call", 8'000, 1'000, 2'000'000},
};

std::string price_text(std::int64_t nano_usd) {
    const std::string digits = std::to_string(1'000'000'000 + nano_usd % 1'000'000'000).substr(1);
    return std::to_string(nano_usd / 1'000'000'000) + "." + digits;
}

json::object entry_of(const Model& model) {
    json::object entry;
    entry["id"] = model.id;
    entry["canonical_slug"] = model.canonical_slug;
    entry["name"] = model.name;
    entry["created"] = 1'735'689'600;
    entry["description"] = "A model of the sandbox.";
    entry["context_length"] = model.context_length;
    entry["architecture"] = {{"modality", "text->text"},
                             {"input_modalities", json::array{"text"}},
                             {"output_modalities", json::array{"text"}},
                             {"tokenizer", "Other"},
                             {"instruct_type", nullptr}};
    entry["pricing"] = {{"prompt", price_text(model.prompt_nano_usd)},
                        {"completion", price_text(model.completion_nano_usd)}};
    entry["top_provider"] = {
        {"context_length", model.context_length}, {"max_completion_tokens", nullptr}, {"is_moderated", false}};
    entry["per_request_limits"] = nullptr;
    entry["supported_parameters"] = json::array{"max_tokens", "temperature", "top_p", "stop"};
    entry["default_parameters"] = nullptr;
    entry["supported_voices"] = nullptr;
    entry["links"] = {{"details", "/api/v1/models/" + std::string(model.canonical_slug) + "/endpoints"}};
    return entry;
}

}  // namespace

std::string Model::provider() const {
    return std::string(id).substr(0, std::string_view(id).find('/'));
}

std::span<const Model> all_models() {
    return models;
}

const Model* find_model(std::string_view name) {
    for (const Model& model : models) {
        if (name == model.id || name == model.canonical_slug) return &model;
    }
    return nullptr;
}

net::Response list_models(std::string_view query, const std::function<bool(const Model&)>& is_listed) {
    const auto page = parse_page(query, largest_page, largest_page);
    if (!page) return openrouter_error(400, "offset must be at least 0, and limit from 1 to 1000");
    json::array data;
    std::size_t total = 0;
    for (const Model& model : models) {
        if (!is_listed(model)) continue;
        if (total++ >= page->offset && data.size() < page->limit) data.push_back(entry_of(model));
    }
    json::object root;
    root["data"] = std::move(data);
    root["total_count"] = total;
    root["links"] = {{"next", nullptr}};
    return json_answer(200, json::serialize(root));
}

}  // namespace llmapikey::sandbox
