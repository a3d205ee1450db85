#include "sealing/sealing_canary.hpp"

namespace llmapikey {
namespace {

constexpr int texts_per_look = 500;
constexpr int looks_max = 20;
constexpr int writing_tries_max = 5;  // other replicas may write or renew the canary meanwhile
const std::string canary_text = "llmapikey";
const std::string bound_to = "canary";

// Returns whether the text has the form "v1.<key id>.…". A damaged text does not show its secret.
bool is_sealed(const std::string& text) {
    constexpr std::size_t prefix_size = 12;
    return text.size() > prefix_size && text.starts_with("v1.") && text[prefix_size - 1] == '.';
}

tl::unexpected<base::Error> wrong_secret() {
    return base::fail(
        base::Errc::misconfigured,
        "KEY_ENCRYPTION_SECRET is not the secret with which the keys in this database are sealed. Set it to "
        "that secret; to change it, name that secret in KEY_ENCRYPTION_SECRET_ALSO_ACCEPTED "
        "(docs/rotation.md). If that secret is lost, `llmapikey reseal --accept-loss` goes on without: "
        "the keys that are sealed with it cannot be shown any more");
}

}  // namespace

bool SealingCanary::opens(const std::string& sealed) const {
    const auto plain = keys_.open(sealed, bound_to);
    return plain && plain->reveal() == canary_text;
}

std::string SealingCanary::sealed_now() const {
    return keys_.seal(canary_text, bound_to);
}

base::Result<std::optional<bool>> SealingCanary::can_open_any(SealedKind kind) {
    const base::Sealer& sealer = kind == SealedKind::raw_key ? keys_ : webhooks_;
    std::optional<bool> can_open;
    std::string after;
    for (int looks = 0; looks < looks_max; ++looks) {
        // No text has an empty prefix, so this lists all.
        const auto texts = TRY(store_.list_others(kind, "", after, texts_per_look));
        if (texts.empty()) break;
        for (const SealedText& text : texts) {
            if (!is_sealed(text.sealed)) continue;
            can_open = false;
            if (sealer.open(text.sealed, text.id)) return true;
        }
        after = texts.back().id;
    }
    return can_open;
}

base::Result<std::optional<bool>> SealingCanary::can_open_any() {
    const auto keys = can_open_any(SealedKind::raw_key);
    if (!keys || keys->value_or(false)) return keys;
    const auto webhooks = can_open_any(SealedKind::webhook_secret);
    if (!webhooks || *webhooks) return webhooks;
    return keys;
}

base::Result<bool> SealingCanary::is_all_sealed_now() {
    const auto others = TRY(Reencryption(store_, keys_, webhooks_).remaining());
    if (others > 0) return false;
    const auto can_open = TRY(can_open_any());
    return can_open.value_or(false);
}

// Older databases have no canary and may hold keys of several secrets, so one key that opens is
// enough. A canary that does not open decides against the secret, unless its own secret has sealed
// nothing that remains.
base::Result<void> SealingCanary::judge(const std::optional<std::string>& canary) {
    if (canary && opens(*canary)) return {};
    if (canary) {
        const auto is_renewable = TRY(is_all_sealed_now());
        return is_renewable ? base::Result<void>() : wrong_secret();
    }
    const auto can_open = TRY(can_open_any());
    return can_open.value_or(true) ? base::Result<void>() : wrong_secret();
}

base::Result<void> SealingCanary::verify() {
    const auto canary = TRY(store_.canary());
    return judge(canary);
}

base::Result<void> SealingCanary::verify_or_write() {
    for (int tries = 0; tries < writing_tries_max; ++tries) {
        const auto canary = TRY(store_.canary());
        const auto judged = judge(canary);
        if (!judged || (canary && opens(*canary))) return judged;
        const auto written = TRY(store_.write_canary(canary, sealed_now()));
        if (written) return {};
    }
    return wrong_secret();
}

base::Result<void> SealingCanary::renew() {
    const auto canary = TRY(store_.canary());
    if (canary && canary->starts_with(keys_.prefix()) && opens(*canary)) return {};
    const auto judged = judge(canary);
    if (!judged) return judged.error().code == base::Errc::misconfigured ? base::Result<void>() : judged;
    TRY(store_.write_canary(canary, sealed_now()));
    return {};  // either done here, or another process did it
}

base::Result<void> SealingCanary::replace() {
    for (int tries = 0; tries < writing_tries_max; ++tries) {
        const auto canary = TRY(store_.canary());
        const auto written = TRY(store_.write_canary(canary, sealed_now()));
        if (written) return {};
    }
    return base::fail(base::Errc::conflict, "other processes write the canary, too: stop them, and try again");
}

}  // namespace llmapikey
