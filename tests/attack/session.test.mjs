// Sessions that nobody was given: each is worth as much as none.
import assert from "node:assert/strict";
import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { rmSync } from "node:fs";
import { after, before, test } from "node:test";
import { sessionSecret, signIn, startService, startUpstreams, temporaryFolder } from "../e2e/support/service.mjs";
import { ask, comparable, portOf } from "./support/wire.mjs";

const admin = "1003";
let upstreams, service, folder, port;
before(async () => {
  upstreams = await startUpstreams();
  folder = temporaryFolder();
  service = await startService(upstreams, folder, { ADMIN_GITHUB_USER_IDS: admin });
  port = portOf(service.url);
});
after(async () => {
  await service.stop();
  await upstreams.stop();
  rmSync(folder, { recursive: true, force: true });
});

const encode = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const now = () => Math.floor(Date.now() / 1000);
const good = () => ({ sub: admin, login: "linus-organizer", iat: now(), exp: now() + 3600 });
const hmac = (hash, key, text) => createHmac(hash, key).update(text).digest("base64url");
// Header and claims may be text, so that they need be no good JSON.
const token = ({
  header = { alg: "HS256", typ: "JWT" },
  claims = good(),
  key = sessionSecret,
  hash = "sha256",
} = {}) => {
  const text = `${encode(header)}.${encode(claims)}`;
  return `${text}.${hmac(hash, key, text)}`;
};
const withClaims = (more) => token({ claims: { ...good(), ...more } });
const without = (name) => {
  const claims = good();
  delete claims[name];
  return token({ claims });
};
const claimsText = (from, to) => token({ claims: JSON.stringify(good()).replace(from, to) });

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const publicPem = createPublicKey(createPrivateKey(rsa.privateKey.export({ type: "pkcs8", format: "pem" }))).export({
  type: "spki",
  format: "pem",
});
const rs256 = () => {
  const text = `${encode({ alg: "RS256" })}.${encode(good())}`;
  return `${text}.${sign("sha256", Buffer.from(text), rsa.privateKey).toString("base64url")}`;
};
const changed = (part, change) => {
  const parts = token().split(".");
  parts[part] = change(parts[part]);
  return parts.join(".");
};

const forged = {
  ...Object.fromEntries(
    ["none", "None", "NONE", "nOnE", "none ", "", "null"].flatMap((alg) => [
      [`alg "${alg}" without a signature`, () => `${encode({ alg })}.${encode(good())}.`],
      [`alg "${alg}" with the good signature`, () => token({ header: { alg } })],
      [`alg "${alg}" without the last dot`, () => `${encode({ alg })}.${encode(good())}`],
    ]),
  ),
  ...Object.fromEntries(
    [
      ["HS384", "sha384"],
      ["HS512", "sha512"],
      ["HS1", "sha1"],
      ["HS224", "sha224"],
    ].map(([alg, hash]) => [`${alg} with the secret`, () => token({ header: { alg }, hash })]),
  ),
  ...Object.fromEntries(
    ["RS256", "ES256", "PS256", "EdDSA", "hs256", "Hs256", "HS256 ", " HS256", "HS256\0", "HS-256", "HS2567"].map(
      (alg) => [`alg "${alg}" signed as HS256`, () => token({ header: { alg } })],
    ),
  ),
  "alg is a number": () => token({ header: { alg: 256 } }),
  "alg is a list": () => token({ header: { alg: ["HS256"] } }),
  "no alg": () => token({ header: { typ: "JWT" } }),
  "alg twice, the last is none": () => token({ header: '{"alg":"HS256","alg":"none"}' }),
  "a header that is no object": () => token({ header: '"HS256"' }),
  "a header that is no JSON": () => token({ header: "HS256" }),
  "an empty header": () => token({ header: "" }),
  "RS256 with somebody's key": rs256,
  "a public key as the secret": () => token({ key: publicPem }),
  "jwk in the header": () => token({ header: { alg: "HS256", jwk: { kty: "oct", k: encode("mine") } }, key: "mine" }),
  "jku in the header": () => token({ header: { alg: "HS256", jku: "https://evil.example/jwks.json" }, key: "mine" }),
  "kid that names a file": () => token({ header: { alg: "HS256", kid: "../../../../dev/null" }, key: "" }),
  "kid that is SQL": () => token({ header: { alg: "HS256", kid: "x' UNION SELECT 'mine" }, key: "mine" }),
  crit: () => token({ header: { alg: "HS256", crit: ["exp"] } }),
  "crit that is empty": () => token({ header: { alg: "HS256", crit: [] } }),
  "b64 that must be understood": () => token({ header: { alg: "HS256", b64: false, crit: ["b64"] } }),
  "an empty secret": () => token({ key: "" }),
  "a secret of zeros": () => token({ key: Buffer.alloc(32) }),
  "the word secret": () => token({ key: "secret" }),
  "half of the secret": () => token({ key: sessionSecret.slice(0, 20) }),
  "the secret and a line break": () => token({ key: `${sessionSecret}\n` }),
  "the secret in other letters": () => token({ key: sessionSecret.toUpperCase() }),
  "the secret in base64": () => token({ key: Buffer.from(sessionSecret).toString("base64") }),
  "the secret read as base64": () => token({ key: Buffer.from(sessionSecret, "base64") }),
  "another token's signature": () =>
    `${token().split(".").slice(0, 2).join(".")}.${token({ claims: { ...good(), sub: "1001" } }).split(".")[2]}`,
  "claims changed afterwards": () => changed(1, () => encode({ ...good(), sub: "1001" })),
  "header changed afterwards": () => changed(0, () => encode({ alg: "HS256" })),
  "signature cut by one character": () => changed(2, (part) => part.slice(0, -1)),
  "half a signature": () => changed(2, (part) => part.slice(0, 20)),
  "no signature": () => changed(2, () => ""),
  "a longer signature": () => changed(2, (part) => `${part}AAAA`),
  "signature in hex": () => changed(2, (part) => Buffer.from(part, "base64url").toString("hex")),
  "signature with padding": () => changed(2, (part) => `${part}=`),
  "signature whose spare bits are set": () =>
    changed(2, (part) => part.slice(0, -1) + String.fromCharCode(part.charCodeAt(part.length - 1) + 1)),
  "signature in the standard alphabet": () => {
    for (;;) {
      const one = withClaims({ x: Math.random() });
      if (/[-_]/.test(one.split(".")[2]))
        return `${one.split(".").slice(0, 2).join(".")}.${one.split(".")[2].replaceAll("-", "+").replaceAll("_", "/")}`;
    }
  },
  "claims with padding": () => {
    const text = `${encode({ alg: "HS256" })}.${encode({ ...good(), x: "" })}==`;
    return `${text}.${hmac("sha256", sessionSecret, text)}`;
  },
  "a dot behind": () => `${token()}.`,
  "a dot before": () => `.${token()}`,
  "five parts": () => `${token()}.a.b`,
  "one part": () => token().split(".")[0],
  "only dots": () => "..",
  "two tokens in one": () => `${token()}${token()}`,
  "in percent-encoding": () => token().replaceAll(".", "%2E"),
  "JSON of a JWS": () => encode({ payload: encode(good()), protected: encode({ alg: "HS256" }), signature: "x" }),
  "an encrypted token": () => `${encode({ alg: "dir", enc: "A256GCM" })}..AAAA.AAAA.AAAA`,
  expired: () => withClaims({ iat: now() - 7200, exp: now() - 1 }),
  "expired long ago": () => withClaims({ iat: 1, exp: 2 }),
  "exp 0": () => withClaims({ exp: 0 }),
  "exp negative": () => withClaims({ exp: -1 }),
  "exp as text": () => withClaims({ exp: String(now() + 3600) }),
  "exp as a fraction": () => claimsText(/"exp":(\d+)/, '"exp":$1.5'),
  "exp with an exponent": () => claimsText(/"exp":\d+/, '"exp":9e9'),
  "exp beyond 64 bits": () => claimsText(/"exp":\d+/, '"exp":99999999999999999999'),
  "exp null": () => withClaims({ exp: null }),
  "exp true": () => withClaims({ exp: true }),
  "exp a list": () => withClaims({ exp: [now() + 3600] }),
  "nbf in the future": () => withClaims({ nbf: now() + 3600 }),
  "nbf as text": () => withClaims({ nbf: "0" }),
  "nbf null": () => withClaims({ nbf: null }),
  "nbf negative": () => withClaims({ nbf: -5 }),
  "iat in the future": () => withClaims({ iat: now() + 3600 }),
  "iat negative": () => withClaims({ iat: -1 }),
  "iat as text": () => withClaims({ iat: "yesterday" }),
  "iat as a fraction": () => claimsText(/"iat":(\d+)/, '"iat":$1.5'),
  "iat null": () => withClaims({ iat: null }),
  "iat beyond 64 bits": () => claimsText(/"iat":\d+/, '"iat":-99999999999999999999'),
  ...Object.fromEntries(
    [
      "01003",
      "+1003",
      "-1003",
      "1003.0",
      "1003e0",
      "1e3",
      "0x3eb",
      " 1003",
      "1003 ",
      "1003\n",
      "1003\0",
      "\u0661\u0660\u0660\u0663",
      "\uff11\uff10\uff10\uff13",
      "1003,1001",
      "1003;",
      "octocat",
      "",
      "0",
      "-0",
      "9223372036854775808",
      "18446744073709552619",
      "99999999999999999999999",
      "1_003",
      "NaN",
      "null",
      "*",
      "%",
      "' OR 1=1",
    ].map((sub) => [`sub ${JSON.stringify(sub)}`, () => withClaims({ sub })]),
  ),
  "sub as a number": () => withClaims({ sub: 1003 }),
  "sub as a list": () => withClaims({ sub: ["1003"] }),
  "sub as an object": () => withClaims({ sub: { 1003: 1 } }),
  "sub null": () => withClaims({ sub: null }),
  "sub true": () => withClaims({ sub: true }),
  "no sub": () => without("sub"),
  "no login": () => without("login"),
  "no iat": () => without("iat"),
  "no exp": () => without("exp"),
  "no claims": () => token({ claims: {} }),
  "login empty": () => withClaims({ login: "" }),
  "login as a number": () => withClaims({ login: 5 }),
  "login of 101 characters": () => withClaims({ login: "a".repeat(101) }),
  "login with a NUL": () => withClaims({ login: "a\0b" }),
  "login with a line break": () => withClaims({ login: "a\nb" }),
  "login with an escape code": () => withClaims({ login: "a\u001b[31mb" }),
  "login turned right to left": () => withClaims({ login: "a\u202eb" }),
  "sub in other letters": () => claimsText('"sub"', '"SUB"'),
  "sub twice, the last is another": () => claimsText('"sub":"1003"', '"sub":"1003","sub":"x"'),
  "exp twice, the last is over": () => claimsText(/"exp":(\d+)/, '"exp":$1,"exp":1'),
  "claims that are a list": () => token({ claims: [good()] }),
  "claims that are text": () => token({ claims: '"1003"' }),
  "claims that are no JSON": () => token({ claims: "sub=1003" }),
  "claims with something behind": () => token({ claims: `${JSON.stringify(good())}{}` }),
  "claims with a comment": () => token({ claims: `/**/${JSON.stringify(good())}` }),
  "claims cut off": () => token({ claims: JSON.stringify(good()).slice(0, -1) }),
  "claims that are not UTF-8": () => {
    const claims = JSON.stringify(good()).replace("linus-organizer", "\xff\xfe");
    const text = `${encode({ alg: "HS256" })}.${Buffer.from(claims, "latin1").toString("base64url")}`;
    return `${text}.${hmac("sha256", sessionSecret, text)}`;
  },
  "claims nested deeply": () =>
    token({ claims: JSON.stringify(good()).replace("{", `{"x":${"[".repeat(500)}${"]".repeat(500)},`) }),
  "4,097 bytes": () => {
    for (let length = 2900; ; length += 1) {
      const one = withClaims({ x: "x".repeat(length) });
      if (one.length > 4096) return one;
    }
  },
  "12 kB": () => withClaims({ x: "x".repeat(9000) }),
  "12 kB of nothing": () => "A".repeat(12_000),
  garbage: () => "llmapikey",
  "high bytes": () => "\xff\xfe\xfd",
};

// Nobody is told from this answer whether the token was nearly good.
const answersOf = async (headers) => [
  comparable(await ask(port, "GET", "/dashboard", headers)),
  comparable(await ask(port, "GET", "/admin", headers)),
  comparable(await ask(port, "GET", "/api/v1/me", headers)),
  comparable(await ask(port, "GET", "/api/v1/keys", headers)),
  comparable(await ask(port, "POST", "/dashboard/key", { ...headers, Origin: "http://x" })),
  comparable(await ask(port, "POST", "/admin/keys", { ...headers, Origin: "http://x" })),
];

test("the key of these tests fits: the good token opens everything", async () => {
  for (const good_ of [
    token(),
    token({ header: { alg: "HS256" } }),
    token({ header: { typ: "JWT", alg: "HS256" } }),
    withClaims({ nbf: now() - 5 }),
    withClaims({ more: { than: ["is", "needed"] } }),
  ]) {
    const headers = { Cookie: `llmapikey_session=${good_}` };
    assert.equal((await ask(port, "GET", "/admin", headers)).status, 200);
    assert.equal((await ask(port, "GET", "/api/v1/me", headers)).status, 200);
  }
});

let nobody;
for (const [what, make] of Object.entries(forged)) {
  test(`${what}: as no session at all`, async () => {
    nobody ??= await answersOf({ Cookie: "llmapikey_session=x" });
    const cookie = `llmapikey_session=${make()}`;
    assert.deepEqual(await answersOf({ Cookie: cookie }), nobody);
  });
}

test("nothing was made by any of them", async () => {
  assert.equal((await upstreams.ledger()).keys.length, 0);
  assert.equal(service.process.child.exitCode, null);
  assert.doesNotMatch(service.process.output, /unforeseen failure/);
});

// Another program of the domain may have set a cookie of this name: one that is no session must not
// sign anybody out.
test("of two sessions the first counts, in one line or in two; what is none is passed over", async () => {
  const mine = await signIn(service, "ada-newcomer"),
    bad = "llmapikey_session=x.y.z",
    organizer = `llmapikey_session=${token()}`;
  for (const join of [(a, b) => `${a}; ${b}`, (a, b) => [a, b], (a, b) => `${a};${b}`]) {
    assert.equal((await ask(port, "GET", "/admin", { Cookie: join(mine, organizer) })).status, 404);
    assert.equal((await ask(port, "GET", "/api/v1/me", { Cookie: join(bad, organizer) })).status, 200);
    assert.equal((await ask(port, "GET", "/api/v1/me", { Cookie: join(bad, bad) })).status, 401);
    assert.equal(
      JSON.parse((await ask(port, "GET", "/api/v1/me", { Cookie: join(mine, organizer) })).body).github_username,
      "ada-newcomer",
    );
  }
  const after_ = (count) =>
    ask(port, "GET", "/api/v1/me", { Cookie: [...Array(count).fill(bad), organizer].join("; ") });
  for (const count of [7, 8, 100]) assert.equal((await after_(count)).status, 200, `${count} before it`);
});

test("only the cookie of exactly this name is a session, and only in the Cookie header", async () => {
  const good_ = token();
  for (const cookie of [
    `LLMAPIKEY_SESSION=${good_}`,
    `xllmapikey_session=${good_}`,
    `llmapikey_session2=${good_}`,
    `llmapikey_session[]=${good_}`,
    `llmapikey%5fsession=${good_}`,
    `__Host-llmapikey_session=${good_}`,
    `a=llmapikey_session=${good_}`,
    `a="; llmapikey_session=${good_}`.replace(/;.*/, ";"),
    `llmapikey_session:${good_}`,
  ])
    assert.equal((await ask(port, "GET", "/api/v1/me", { Cookie: cookie })).status, 401, cookie);
  for (const headers of [
    { "Set-Cookie": `llmapikey_session=${good_}` },
    { Cookie2: `llmapikey_session=${good_}` },
    { "X-Session": good_ },
    { Authorization: `Bearer ${good_}` },
    { Authorization: `Basic ${Buffer.from(`1003:${good_}`).toString("base64")}` },
  ])
    assert.equal((await ask(port, "GET", "/api/v1/me", headers)).status, 401, JSON.stringify(headers));
  assert.equal((await ask(port, "GET", `/api/v1/me?llmapikey_session=${good_}`)).status, 401);
});
