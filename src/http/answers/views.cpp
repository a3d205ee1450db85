#include "http/answers/views.hpp"

#include "http/answers/template_engine.hpp"
#include "languages/catalog.hpp"

namespace llmapikey {

std::string render(const ErrorView& view) {
    const auto set = [&](Data& data, Name name, const std::string& english) {
        set_if_any(data, name, std::string(translated(view.frame.language, english)));
    };
    Data data = frame_data(view.frame, view.title);
    data.set("status", std::to_string(view.status));
    set(data, "heading", view.title);
    set(data, "explanation", view.explanation);
    set(data, "advice", view.advice);
    set_if_any(data, "action_path", view.action_path);
    set(data, "action_text", view.action_text);
    data.set("request_id", view.request_id);
    return render_template("error", data, view.frame.language);
}

}  // namespace llmapikey
