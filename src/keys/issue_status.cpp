#include "keys/issuance.hpp"

namespace llmapikey {

std::string_view to_text(KeyOutcome status) {
    switch (status) {
        case KeyOutcome::created:
            return "created";
        case KeyOutcome::exists:
            return "exists";
        case KeyOutcome::in_progress:
            return "in_progress";
        case KeyOutcome::queued:
            return "queued";
        case KeyOutcome::ambiguous:
            return "ambiguous";
        case KeyOutcome::paused:
            return "paused";
        case KeyOutcome::full:
            return "full";
        case KeyOutcome::on_hold:
            return "on_hold";
        case KeyOutcome::no_key:
            return "no_key";
        case KeyOutcome::switched_off:
            return "switched_off";
        case KeyOutcome::failed:
            return "failed";
    }
    return "";
}

}  // namespace llmapikey
