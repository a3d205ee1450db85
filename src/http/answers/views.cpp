#include "http/answers/views.hpp"

#include "http/answers/template_engine.hpp"

namespace llmapikey {

std::string render(const ErrorView& view) {
    Data data = frame_data(view.frame, view.title);
    data.set("status", std::to_string(view.status));
    data.set("heading", view.title);
    data.set("explanation", view.explanation);
    if (!view.advice.empty()) data.set("advice", view.advice);
    if (!view.action_path.empty()) data.set("action_path", view.action_path);
    data.set("action_text", view.action_text);
    data.set("request_id", view.request_id);
    return render_template("error", data);
}

}  // namespace llmapikey
