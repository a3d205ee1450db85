#include "setup/setup_views.hpp"

#include "http/answers/template_engine.hpp"

namespace llmapikey {

std::string render(const SetupView& view) {
    Frame in_english = view.frame;  // as the console, to which it leads
    in_english.language = Language::english;
    Data data = frame_data(in_english, "First admin");
    data.set("token", view.token);
    data.set("sign_in_path", view.sign_in_path);
    return render_template("setup", data);
}

}  // namespace llmapikey
