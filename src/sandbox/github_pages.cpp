#include "sandbox/github_pages.hpp"

#include <algorithm>
#include <vector>

#include "sandbox/github_lookalike.hpp"

namespace llmapikey::sandbox {
namespace {

constexpr std::string_view stylesheet =
    R"(:root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--paper:#fff;--line:#8c959f;--go:#1a6b32;--warn:#8a4600}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#a5b0bb;--paper:#0f1318;--line:#59636e;--go:#2c7a45;--warn:#e0a458}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:1rem}h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}
.note{border-left:.3rem solid var(--warn);padding:.3rem .8rem;color:var(--soft)}
button,input{font:inherit;padding:.55rem .8rem;border-radius:.4rem;border:1px solid var(--line);background:transparent;color:inherit;max-width:100%}
button{cursor:pointer}.personas{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,17rem),1fr));gap:.6rem}
.persona{text-align:left;overflow-wrap:anywhere;display:flex;flex-direction:column}
.persona small{color:var(--soft);display:block}.go{background:var(--go);border-color:var(--go);color:#fff}
:focus-visible{outline:3px solid #4493f8;outline-offset:2px}.row{display:flex;gap:.5rem;flex-wrap:wrap;align-items:end}label{display:block}
)";

std::string escape(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        switch (c) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '"':
                escaped += "&quot;";
                break;
            case '\'':
                escaped += "&#39;";
                break;
            default:
                escaped += c;
        }
    }
    return escaped;
}

std::string origin_of(const std::string& url) {
    const auto scheme = url.find("://");
    return scheme == std::string::npos ? "" : url.substr(0, url.find('/', scheme + 3));
}

net::Response page(int status, const std::string& title, const std::string& content, const std::string& form_target) {
    net::Response response;
    response.status = status;
    response.set("Content-Type", "text/html; charset=utf-8").set("Cache-Control", "no-store");
    response.set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self' " + form_target);
    response.body = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + escape(title) +
                    "</title><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
                    "<link rel=\"stylesheet\" href=\"/sandbox/style.css\"></head><body><main>" +
                    content + "</main></body></html>";
    return response;
}

std::string persona_button(const Persona& persona) {
    return "<button class=\"persona\" name=\"persona\" value=\"" + escape(persona.login) + "\"><strong>" +
           escape(persona.login) + "</strong><small>" + escape(persona.about) + "</small></button>";
}

std::string form_of_somebody_new(const std::string& form) {
    return "<h2>Somebody new</h2><form class=\"row\"" + form +
           "<label>Login name <br><input name=\"persona\" required maxlength=\"39\" pattern=\"[A-Za-z0-9\\-]+\" "
           "autocomplete=\"off\" spellcheck=\"false\"></label><button class=\"go\">Create and sign in</button></form>";
}

std::string choice_button(const std::string& name, const std::string& value, const std::string& text) {
    return "<button name=\"" + name + "\" value=\"" + escape(value) + "\">" + escape(text) + "</button> ";
}

}  // namespace

net::Response persona_page(const std::deque<Persona>& personas, const std::string& advice, std::string_view query,
                           const std::string& redirect_uri) {
    const std::string form = " method=\"post\" action=\"/login/oauth/authorize?" + escape(query) + "\">";
    std::string content =
        "<h1>Simulated GitHub</h1><p class=\"note\">This is the sandbox: nobody real is asked, and nothing leaves this "
        "machine.</p><p>The app would like to know who you are. Choose somebody to be:</p>";
    std::vector<std::string> groups;
    for (const Persona& persona : personas)
        if (std::find(groups.begin(), groups.end(), persona.group) == groups.end()) groups.push_back(persona.group);
    for (const std::string& group : groups) {
        content += "<h2>" + escape(group) + "</h2><form class=\"personas\"" + form;
        for (const Persona& persona : personas)
            if (persona.group == group) content += persona_button(persona);
        content += "</form>";
        // Near the top, where it is found on a telephone, too.
        if (group == groups.front()) content += form_of_somebody_new(form);
    }
    content += "<h2>Or else</h2><form class=\"row\"" + form;
    content += choice_button("decision", "deny", "Say no") + choice_button("breakage", "bad_code", "Reject the code") +
               choice_button("breakage", "unverified", "E-mail not verified") +
               choice_button("breakage", "server_error", "Answer 500") +
               choice_button("breakage", "timeout", "Do not answer") +
               choice_button("breakage", "rate_limit", "Rate limit") +
               choice_button("breakage", "profile", "Unreadable profile") + "</form>";
    if (!advice.empty()) content += "<p class=\"note\">" + escape(advice) + "</p>";
    return page(200, "Simulated GitHub", content, origin_of(redirect_uri));
}

net::Response registration_page(const Registration& registration, const std::string& client_id,
                                const std::string& client_secret) {
    const auto field = [](const std::string& label, const std::string& name, const std::string& value) {
        return "<p><label>" + label + "<br><input size=\"60\" name=\"oauth_application[" + name + "]\" value=\"" +
               escape(value) + "\"></label></p>";
    };
    const std::string state = registration.is_registered ? "The app is registered. " : "";
    return page(
        200, "Simulated GitHub",
        "<h1>Register a new OAuth app</h1><p class=\"note\">This is the sandbox: it knows one app, and "
        "the form sets its callback URL.</p><form method=\"post\">" +
            field("Application name", "name", registration.name) + field("Homepage URL", "url", registration.url) +
            field("Authorization callback URL", "callback_url", registration.callback_url) +
            "<p><button class=\"go\">Register application</button></p></form><h2>What the next page has</h2><p>" +
            state + "Enter these in <code>llmapikey setup</code>:</p><p>Client ID: <code id=\"client-id\">" +
            escape(client_id) + "</code></p><p>Client secret: <code id=\"client-secret\">" + escape(client_secret) +
            "</code></p>",
        "");
}

net::Response github_stylesheet() {
    net::Response response;
    response.set("Content-Type", "text/css; charset=utf-8");
    response.static_body = stylesheet;
    return response;
}

net::Response message_page(int status, const std::string& message) {
    return page(status, "Simulated GitHub", "<h1>Simulated GitHub</h1><p>" + escape(message) + "</p>", "");
}

}  // namespace llmapikey::sandbox
