#pragma once

#include "base/clock.hpp"
#include "http/context.hpp"
#include "http/form.hpp"
#include "keys/admin_store.hpp"
#include "keys/key_store.hpp"
#include "keys/terms.hpp"

namespace llmapikey {

// Serves the console's list of keys.
struct KeyListPage {
    const base::Clock& clock;
    AdminStore& admin_store;
    KeyStore& store;
    const TermsSource& terms;

    net::Response show(const Context& context) const;
    // Shows the list that `fields` ask for, with a problem that has nothing to do with them; empty:
    // none.
    net::Response show_with(const Context& context, const Form& fields, std::string problem) const;
};

}  // namespace llmapikey
