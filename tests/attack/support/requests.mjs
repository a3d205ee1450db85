// One request for each route that does what the route is for, so that being let in can be told from
// being kept out.
const json = (path, body) => ({ path, type: "application/json", body: JSON.stringify(body) });
const plain = (path) => ({ path, type: "application/json", body: "{}" });
const why = { reason: "a test", hold: "none" };

// `about` names what there is: keys, accounts, tokens and webhooks of their own for each request
// that ends one.
export const requests = {
  // Nobody's attempt: the route itself says so.
  "GET /auth/callback": () => ({
    path: "/auth/callback?code=x&state=x",
    reached: (status) => status === 400 || status === 302,
  }),
  "GET /docs/{id}": () => ({ path: "/docs/start" }),
  "GET /admin/docs/{id}": () => ({ path: "/admin/docs/runbooks" }),
  "GET /admin/accounts/{id}": (about) => ({ path: `/admin/accounts/${about.held}` }),
  "GET /admin/revocations/new": (about) => ({ path: `/admin/revocations/new?ids=${about.aKey}` }),
  "GET /admin/revocations/{id}": (about) => ({ path: `/admin/revocations/${about.revocation}` }),
  "GET /admin/changes/new": (about) => ({ path: `/admin/changes/new?act=disable&ids=${about.aKey}` }),
  "GET /admin/changes/{id}": async (about) => ({ path: `/admin/changes/${await about.change()}` }),
  "GET /api/v1/changes/{id}": async (about) => ({ path: `/api/v1/changes/${await about.change()}` }),
  "GET /api/v1/keys/{id}": (about) => ({ path: `/api/v1/keys/${about.aKey}` }),
  "GET /api/v1/accounts/{id}": (about) => ({ path: `/api/v1/accounts/${about.held}` }),
  "GET /api/v1/revocations/{id}": (about) => ({ path: `/api/v1/revocations/${about.revocation}` }),
  "POST /dashboard/key": () => plain("/dashboard/key"),
  "POST /dashboard/key/rotate": () => plain("/dashboard/key/rotate"),
  "POST /dashboard/key/give-back": () => plain("/dashboard/key/give-back"),
  "POST /dashboard/try": () => json("/dashboard/try", { message: "hello" }),
  "POST /auth/sign-out": () => plain("/auth/sign-out"),
  "POST /language": () => json("/language", { language: "de" }),
  // There is an admin, so that it is an unknown path to everybody.
  "POST /setup": () => json("/setup", { token: "x" }),
  "GET /admin/people/{id}": (about) => ({ path: `/admin/people/${about.held}` }),
  "POST /admin/people/{id}/lift": (about) => plain(`/admin/people/${about.held}/lift`),
  "POST /admin/people": async (about) => json("/admin/people", { people: await about.login() }),
  "POST /admin/people/{id}/remove": (about) => plain(`/admin/people/${about.listed()}/remove`),
  "POST /admin/keys": (about) => json("/admin/keys", { github_user_id: about.newcomer(), github_username: "newcomer" }),
  "POST /admin/keys/{id}/revoke": (about) => json(`/admin/keys/${about.key()}/revoke`, why),
  "POST /admin/keys/{id}/change": (about) => json(`/admin/keys/${about.key()}/change`, { disabled: true }),
  "POST /admin/keys/{id}/reveal": (about) => json(`/admin/keys/${about.key()}/reveal`, { reason: "a test" }),
  "POST /admin/search": () => ({ path: "/admin/search", type: "application/x-www-form-urlencoded", body: "q=a" }),
  "POST /admin/revocations/{id}/stop": async (about) => plain(`/admin/revocations/${await about.waiting()}/stop`),
  "POST /admin/revocations": (about) => json("/admin/revocations", { ids: [about.key()], ...why }),
  "POST /admin/changes": (about) => json("/admin/changes", { act: "disable", ids: [about.key()], reason: "a test" }),
  "POST /admin/changes/{id}/stop": async (about) => plain(`/admin/changes/${await about.change()}/stop`),
  "POST /admin/changes/{id}/retry": async (about) => plain(`/admin/changes/${await about.failed()}/retry`),
  "POST /admin/settings": async (about) =>
    json("/admin/settings", { seats: "500", version: await about.settingsVersion() }),
  "POST /admin/settings/pause": () => plain("/admin/settings/pause"),
  "POST /admin/settings/resume": () => plain("/admin/settings/resume"),
  "POST /admin/tokens": () => json("/admin/tokens", { name: "made", scopes: ["read"], expires_in_days: 1 }),
  "POST /admin/tokens/{id}/revoke": (about) => plain(`/admin/tokens/${about.token()}/revoke`),
  "POST /admin/webhooks": (about) => json("/admin/webhooks", { url: about.hook, events: ["spend.alarm"] }),
  "POST /admin/webhooks/{id}/remove": (about) => plain(`/admin/webhooks/${about.webhook()}/remove`),
  "POST /admin/webhooks/{id}/test": (about) => plain(`/admin/webhooks/${about.kept}/test`),
  "POST /admin/deliveries/{id}/resend": async (about) => plain(`/admin/deliveries/${await about.delivered()}/resend`),
  "POST /api/v1/me/key": () => plain("/api/v1/me/key"),
  "DELETE /api/v1/me/key": () => plain("/api/v1/me/key"),
  "POST /api/v1/me/key/rotate": () => plain("/api/v1/me/key/rotate"),
  "POST /api/v1/keys": (about) =>
    json("/api/v1/keys", { github_user_id: about.newcomer(), github_username: "newcomer" }),
  "PATCH /api/v1/settings": () => json("/api/v1/settings", { organizer_name: "somebody else" }),
  "PATCH /api/v1/keys/{id}": (about) => json(`/api/v1/keys/${about.key()}`, { disabled: true }),
  "POST /api/v1/keys/{id}/revoke": (about) => json(`/api/v1/keys/${about.key()}/revoke`, why),
  "POST /api/v1/keys/{id}/reveal": (about) => json(`/api/v1/keys/${about.key()}/reveal`, { reason: "a test" }),
  "POST /api/v1/keys/search": () =>
    json("/api/v1/keys/search", { key: "sk-or-v1-0000000000000000000000000000000000000000000000000000000000000000" }),
  "PUT /api/v1/accounts/{id}/hold": (about) =>
    json(`/api/v1/accounts/${about.newcomer()}/hold`, { reason: "a test", hold: "7d" }),
  "DELETE /api/v1/accounts/{id}/hold": (about) => plain(`/api/v1/accounts/${about.held}/hold`),
  "POST /api/v1/revocations/{id}/stop": async (about) => plain(`/api/v1/revocations/${await about.waiting()}/stop`),
  "POST /api/v1/revocations": (about) => json("/api/v1/revocations", { ids: [about.key()], ...why }),
  "POST /api/v1/changes": (about) => json("/api/v1/changes", { act: "disable", ids: [about.key()], reason: "a test" }),
  "POST /api/v1/changes/{id}/stop": async (about) => plain(`/api/v1/changes/${await about.change()}/stop`),
  "POST /api/v1/changes/{id}/retry": async (about) => plain(`/api/v1/changes/${await about.failed()}/retry`),
  "POST /api/v1/tokens": () => json("/api/v1/tokens", { name: "made", scopes: ["read"], expires_in_days: 1 }),
  "DELETE /api/v1/tokens/{id}": (about) => plain(`/api/v1/tokens/${about.token()}`),
  "POST /api/v1/webhooks": (about) => json("/api/v1/webhooks", { url: about.hook, events: ["spend.alarm"] }),
  "DELETE /api/v1/webhooks/{id}": (about) => plain(`/api/v1/webhooks/${about.webhook()}`),
  "POST /admin/webhooks/{id}/secret": (about) => plain(`/admin/webhooks/${about.kept}/secret`),
  "POST /api/v1/webhooks/{id}/secret": (about) => plain(`/api/v1/webhooks/${about.kept}/secret`),
  "POST /api/v1/webhooks/{id}/test": (about) => plain(`/api/v1/webhooks/${about.kept}/test`),
  "POST /api/v1/webhook-deliveries/{id}/resend": async (about) =>
    plain(`/api/v1/webhook-deliveries/${await about.delivered()}/resend`),
};
