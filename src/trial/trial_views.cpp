#include "trial/trial_views.hpp"

#include "http/answers/template_engine.hpp"
#include "languages/catalog.hpp"

namespace llmapikey {

std::string render(const TryView& view) {
    Data data = frame_data(view.frame, in_catalog("Your key's answer"));
    data.set("model", view.model);
    data.set("message", view.message);
    data.set("answer", view.answer);
    set_if_any(data, "problem", view.problem);
    set_if_any(data, "cost", view.cost);
    return render_template("try", data, view.frame.language);
}

}  // namespace llmapikey
