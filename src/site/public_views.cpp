#include "site/public_views.hpp"

#include <utility>
#include <vector>

#include "documents/document_views.hpp"
#include "http/answers/template_engine.hpp"
#include "languages/catalog.hpp"
#include "languages/locale_text.hpp"

namespace llmapikey {
namespace {

struct Snippet {
    const char* id;
    const char* name;
    const char* code;  // contains BASE_URL, API_KEY and MODEL
};

constexpr Snippet snippets[] = {
    {"curl", "curl", R"(curl BASE_URL/chat/completions \
  -H "Authorization: Bearer API_KEY" \
  -H "Content-Type: application/json" \
  -d '{"model": "MODEL", "max_tokens": 200,
       "messages": [{"role": "user", "content": "Say hello."}]}')"},
    {"python-openai", "Python, openai", R"(from openai import OpenAI

client = OpenAI(base_url="BASE_URL", api_key="API_KEY")
answer = client.chat.completions.create(
    model="MODEL",
    max_tokens=200,
    messages=[{"role": "user", "content": "Say hello."}],
)
print(answer.choices[0].message.content))"},
    {"python-requests", "Python, requests", R"(import requests

answer = requests.post(
    "BASE_URL/chat/completions",
    headers={"Authorization": "Bearer API_KEY"},
    json={
        "model": "MODEL",
        "max_tokens": 200,
        "messages": [{"role": "user", "content": "Say hello."}],
    },
    timeout=60,
)
answer.raise_for_status()
print(answer.json()["choices"][0]["message"]["content"]))"},
    {"javascript-openai", "JavaScript, openai", R"(import OpenAI from "openai";

const client = new OpenAI({ baseURL: "BASE_URL", apiKey: "API_KEY" });
const answer = await client.chat.completions.create({
  model: "MODEL",
  max_tokens: 200,
  messages: [{ role: "user", content: "Say hello." }],
});
console.log(answer.choices[0].message.content);)"},
    {"javascript-fetch", "JavaScript, fetch", R"(const answer = await fetch("BASE_URL/chat/completions", {
  method: "POST",
  headers: {
    "Authorization": "Bearer API_KEY",
    "Content-Type": "application/json",
  },
  body: JSON.stringify({
    model: "MODEL",
    max_tokens: 200,
    messages: [{ role: "user", content: "Say hello." }],
  }),
});
console.log((await answer.json()).choices[0].message.content);)"},
    {"streaming", "Streaming, Python, openai", R"(from openai import OpenAI

client = OpenAI(base_url="BASE_URL", api_key="API_KEY")
stream = client.chat.completions.create(
    model="MODEL",
    max_tokens=200,
    stream=True,
    messages=[{"role": "user", "content": "Tell me a story."}],
)
for chunk in stream:
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="", flush=True))"},
};

std::string filled_in(std::string code, const std::vector<std::pair<std::string, std::string>>& values) {
    for (const auto& [name, value] : values) {
        for (auto place = code.find(name); place != std::string::npos; place = code.find(name, place + value.size())) {
            code.replace(place, name.size(), value);
        }
    }
    return code;
}

constexpr std::size_t open_list_max = 12;  // longer lists are folded

// Sets a list as `name` with its length; sets nothing if the list is empty.
void set_list(Data& data, Name name, const std::vector<std::string>& texts) {
    if (texts.empty()) return;
    Data items{Data::type::list};
    for (const std::string& text : texts)
        items << Data("text", text);
    Data list;
    list.set("items", items);
    list.set("count", std::to_string(texts.size()));
    list.set("is_one", texts.size() == 1);
    list.set("is_long", texts.size() > open_list_max);
    data.set(name, list);
}

// How often the limit of a guardrail is set back, for the catalogs.
[[maybe_unused]] constexpr const char* intervals[] = {in_catalog("daily"), in_catalog("weekly"), in_catalog("monthly")};

Data model_data(const ModelChoice& models, Language language) {
    const bool is_known = models.state == ModelChoice::State::known;
    const bool has_lists = is_known && !(models.allowed_models.empty() && models.ignored_models.empty() &&
                                         models.allowed_providers.empty() && models.ignored_providers.empty());
    Data data;
    data.set("is_not_known_yet", models.state == ModelChoice::State::not_known_yet);
    data.set("is_any", models.state == ModelChoice::State::unlimited || (is_known && !has_lists));
    data.set("is_limited", has_lists);
    set_list(data, "allowed_models", models.allowed_models);
    set_list(data, "ignored_models", models.ignored_models);
    set_list(data, "allowed_providers", models.allowed_providers);
    set_list(data, "ignored_providers", models.ignored_providers);
    set_if_any(data, "limit_usd", localized_money(language, models.limit_usd));
    data.set("limit_interval", std::string(translated(language, models.limit_interval)));
    return data;
}

void set_provider(Data& data, const ShownProvider& provider) {
    if (provider.models_url.empty()) return;
    const auto scheme = provider.models_url.find("://");
    data.set("models_url", std::string(provider.models_url));
    data.set("models_name", std::string(provider.models_url.substr(scheme == std::string_view::npos ? 0 : scheme + 3)));
}

}  // namespace

std::string render(const LandingView& view) {
    Data data =
        shared_page_data(view.frame, in_catalog("One capped LLM API key per GitHub account"),
                         translated(view.frame.language,
                                    "Sign in with GitHub and get a key to language models on {provider}, with a hard "
                                    "daily cap. The organizer pays.",
                                    {{"provider", view.frame.provider.name}}));
    set_provider(data, view.frame.provider);
    data.set("is_model_choice_limited", view.is_model_choice_limited);
    return render_template("landing", data, view.frame.language);
}

std::string render(const DocsView& view) {
    const bool has_key = !view.masked_key.empty();
    const std::string shown_key = !view.raw_key.empty() ? view.raw_key : has_key ? view.masked_key : "YOUR_KEY";
    const std::string_view summary = translated(
        view.frame.language,
        "What an LLM API key is, and how to use yours in curl, Python, JavaScript and popular programs; what "
        "the limits are, and what errors mean.");
    Data data = shared_page_data(view.frame, in_catalog("How to use your key"), std::string(summary));
    set_provider(data, view.frame.provider);
    set_contents(data, recipients_documents(), "");
    data.set("api_base_url", view.api_base_url);
    data.set("example_model", view.example_model);
    data.set("models", model_data(view.models, view.frame.language));
    data.set("has_key", has_key);
    data.set("shown_key", shown_key);
    data.set("can_show", has_key && view.raw_key.empty());
    data.set("can_hide", !view.raw_key.empty());
    if (!view.expires_on.empty()) data.set("expires_on", view.expires_on);
    Data list{Data::type::list};
    for (const Snippet& snippet : snippets) {
        Data item;
        item.set("id", snippet.id);
        item.set("name", snippet.name);
        item.set("code",
                 filled_in(snippet.code,
                           {{"API_KEY", shown_key}, {"BASE_URL", view.api_base_url}, {"MODEL", view.example_model}}));
        list << item;
    }
    data.set("snippets", list);
    return render_template("docs", data, view.frame.language);
}

}  // namespace llmapikey
