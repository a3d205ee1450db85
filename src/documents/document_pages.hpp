#pragma once

#include "http/context.hpp"
#include "providers/guardrail_watch.hpp"

namespace llmapikey {

// Serves the documents: those for recipients to anybody, those for organizers in the console.
struct DocumentPages {
    const GuardrailWatch& guardrail;

    net::Response show(const Context& context) const;
    net::Response list_for_organizers(const Context& context) const;
    net::Response show_to_organizers(const Context& context) const;
};

}  // namespace llmapikey
