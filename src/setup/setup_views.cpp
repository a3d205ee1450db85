#include "setup/setup_views.hpp"

#include "http/answers/template_engine.hpp"

namespace llmapikey {

std::string render(const SetupView& view) {
    Data data = frame_data(view.frame, "First admin");
    data.set("token", view.token);
    data.set("sign_in_path", view.sign_in_path);
    return render_template("setup", data);
}

}  // namespace llmapikey
