#include "sandbox/github_pages.hpp"

#include "sandbox/github_lookalike.hpp"

namespace llmapikey::sandbox {
namespace {

constexpr std::string_view stylesheet =
    R"(:root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--paper:#fff;--line:#8c959f;--go:#1a6b32;--warn:#8a4600}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#a5b0bb;--paper:#0f1318;--line:#59636e;--go:#2c7a45;--warn:#e0a458}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{max-width:34rem;margin:0 auto;padding:1rem}h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}
.note{border-left:.3rem solid var(--warn);padding:.3rem .8rem;color:var(--soft)}
button,input{font:inherit;padding:.55rem .8rem;border-radius:.4rem;border:1px solid var(--line);background:transparent;color:inherit;max-width:100%}
button{cursor:pointer}.persona{display:block;width:100%;text-align:left;margin:.4rem 0;overflow-wrap:anywhere}
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

std::string choice_button(const std::string& name, const std::string& value, const std::string& text) {
    return "<button name=\"" + name + "\" value=\"" + escape(value) + "\">" + escape(text) + "</button> ";
}

}  // namespace

net::Response persona_page(const std::deque<Persona>& personas, std::string_view query,
                           const std::string& redirect_uri) {
    std::string content =
        "<h1>Simulated GitHub</h1><p class=\"note\">This is the sandbox: nobody real is asked, and nothing leaves this "
        "machine.</p><p>The app would like to know who you are. Sign in as:</p>"
        "<form method=\"post\" action=\"/login/oauth/authorize?" +
        escape(query) + "\">";
    for (const Persona& persona : personas) {
        content += "<button class=\"persona\" name=\"persona\" value=\"" + escape(persona.login) + "\"><strong>" +
                   escape(persona.login) + "</strong><small>" + escape(persona.about) + "</small></button>";
    }
    content +=
        "</form><h2>Somebody new</h2><form class=\"row\" method=\"post\" action=\"/login/oauth/authorize?" +
        escape(query) +
        "\"><label>Login name <br><input name=\"persona\" required maxlength=\"39\" pattern=\"[A-Za-z0-9-]+\" "
        "autocomplete=\"off\" spellcheck=\"false\"></label><button class=\"go\">Create and sign in</button></form>"
        "<h2>Or else</h2><form class=\"row\" method=\"post\" action=\"/login/oauth/authorize?" +
        escape(query) + "\">";
    content += choice_button("decision", "deny", "Say no") + choice_button("breakage", "bad_code", "Reject the code") +
               choice_button("breakage", "unverified", "E-mail not verified") +
               choice_button("breakage", "server_error", "Answer 500") +
               choice_button("breakage", "timeout", "Do not answer") +
               choice_button("breakage", "rate_limit", "Rate limit") +
               choice_button("breakage", "profile", "Unreadable profile");
    return page(200, "Simulated GitHub", content + "</form>", origin_of(redirect_uri));
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
