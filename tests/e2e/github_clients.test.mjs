// GitHub's own OAuth library and arctic against the look-alike.
import assert from "node:assert/strict";
import { createHash, randomBytes, webcrypto } from "node:crypto";
import { after, before, test } from "node:test";
import { checkToken, deleteToken, exchangeWebFlowCode } from "@octokit/oauth-methods";
import { request } from "@octokit/request";
import { startUpstreams } from "./support/service.mjs";

globalThis.crypto ??= webcrypto; // Node 18
const { OAuth2Client, CodeChallengeMethod } = await import("arctic");

let upstreams, app;
before(async () => {
  upstreams = await startUpstreams();
  app = {
    clientType: "oauth-app",
    clientId: upstreams.github_client_id,
    clientSecret: upstreams.github_client_secret,
    request: request.defaults({ baseUrl: upstreams.github_api_url }),
  };
});
after(() => upstreams.stop());

const callback = "http://127.0.0.1:4321/auth/callback";

const authorize = async (parameters) => {
  const query = new URLSearchParams({
    client_id: upstreams.github_client_id,
    redirect_uri: callback,
    state: "s",
    login: "octo",
    sandbox_auto: "1",
    ...parameters,
  });
  const answer = await fetch(`${upstreams.github_url}/login/oauth/authorize?${query}`, { redirect: "manual" });
  return new URL(answer.headers.get("location")).searchParams;
};

test("octokit exchanges a code, checks the token, reads the user and deletes the token", async () => {
  const code = (await authorize({})).get("code");
  const { authentication } = await exchangeWebFlowCode({ ...app, code });
  assert.match(authentication.token, /^gho_/);
  const checked = await checkToken({ ...app, token: authentication.token });
  assert.equal(checked.data.user.login, "octo");
  const user = await app.request("GET /user", { headers: { authorization: `token ${authentication.token}` } });
  assert.equal(user.data.login, "octo");
  assert.equal((await deleteToken({ ...app, token: authentication.token })).status, 204);
  await assert.rejects(checkToken({ ...app, token: authentication.token }), { status: 404 });
});

test("octokit sees the error that GitHub answers with status 200", async () => {
  await assert.rejects(exchangeWebFlowCode({ ...app, code: "nonsense" }), /bad_verification_code/);
  const code = (await authorize({})).get("code");
  await exchangeWebFlowCode({ ...app, code });
  await assert.rejects(exchangeWebFlowCode({ ...app, code }), /bad_verification_code/);
});

test("arctic goes through the flow with PKCE, and a wrong verifier is refused", async () => {
  const client = new OAuth2Client(upstreams.github_client_id, upstreams.github_client_secret, callback);
  const verifier = randomBytes(48).toString("base64url");
  const begin = async () => {
    const url = client.createAuthorizationURLWithPKCE(
      `${upstreams.github_url}/login/oauth/authorize`,
      "state",
      CodeChallengeMethod.S256,
      verifier,
      ["read:user"],
    );
    url.searchParams.set("login", "arctic-fox");
    url.searchParams.set("sandbox_auto", "1");
    const answer = await fetch(url, { redirect: "manual" });
    return new URL(answer.headers.get("location")).searchParams.get("code");
  };
  const exchange = async (code, presented) =>
    (
      await fetch(`${upstreams.github_url}/login/oauth/access_token`, {
        method: "POST",
        headers: { accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({
          client_id: upstreams.github_client_id,
          client_secret: upstreams.github_client_secret,
          code,
          redirect_uri: callback,
          code_verifier: presented,
        }),
      })
    ).json();
  assert.equal((await exchange(await begin(), "wrong".repeat(10))).error, "bad_verification_code");
  assert.ok((await exchange(await begin(), verifier)).access_token);
  assert.equal(createHash("sha256").update(verifier).digest("base64url").length, 43);
});

test("a redirect_uri that is not registered goes to the registered callback", async () => {
  const answer = await authorize({ redirect_uri: "http://evil.example/auth/callback" });
  assert.equal(answer.get("error"), "redirect_uri_mismatch");
});
