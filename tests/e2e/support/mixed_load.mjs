// Everything that people, organizers, programs and broken clients do, chosen at random by weight:
// for the soak and for the sanitizers.
import { connect } from "node:net";
import { signIn } from "./service.mjs";

const personas = 100,
  firstPerson = 40_000_000;

export const count = (table, name) => {
  table[name] = (table[name] ?? 0) + 1;
};

// Gives a function that chooses the next thing: { name, act }. `holders`: people with keys, each
// { id, cookie }; `sessionOf(id)`: a session's cookie; `admin`: the id of an organizer; `ask(url,
// { method, headers, body })` gives { status, text } and follows no redirect. What came is counted
// in `outcomes`, and what should not have come also in `unexpected`. `random` gives numbers from 0
// to 1.
export const mixedLoad = ({ url, holders, sessionOf, admin, ask, outcomes, unexpected, random = Math.random }) => {
  const port = Number(new URL(url).port);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const asAdmin = sessionOf(admin);
  let nextPerson = firstPerson;
  // Keys that were made here and may be given back.
  const fresh = [];
  const expect = (name, answer, ...statuses) => {
    count(outcomes, `${name} ${answer.status}`);
    if (!statuses.includes(answer.status)) {
      count(unexpected, `${name} ${answer.status}`);
      if (unexpected[`${name} ${answer.status}`] <= 3)
        console.error(
          `unexpected: ${name} ${answer.status}`,
          /<h1[^>]*>[^<]*|"message":"[^"]*"/.exec(answer.text)?.[0] ?? answer.text.slice(0, 200),
        );
    }
    return answer;
  };
  const get = (path, headers = {}) => ask(url + path, { headers });
  const send = (path, cookie, fields = {}, { method = "POST", headers = {} } = {}) =>
    ask(url + path, {
      method,
      headers: {
        cookie,
        origin: url,
        accept: "application/json",
        "content-type": "application/x-www-form-urlencoded",
        ...headers,
      },
      body: new URLSearchParams(fields).toString(),
    });
  const sendJson = (path, cookie, body, method = "POST") =>
    ask(url + path, {
      method,
      headers: { cookie, origin: url, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const newPerson = () => {
    const id = (nextPerson += 1);
    return { id, cookie: sessionOf(id) };
  };
  // Bytes on a connection of their own, which is dropped after `wait` ms whatever has come by then.
  const drop = (bytes, wait) =>
    new Promise((done) => {
      const socket = connect({ port, host: "127.0.0.1" }, () => {
        if (bytes) socket.write(bytes);
        setTimeout(() => socket.destroy(), wait);
      });
      socket
        .on("error", () => {})
        .on("data", () => {})
        .on("close", () => done());
    });
  const key = async (person) => JSON.parse((await get("/api/v1/me", { cookie: person.cookie })).text).key;

  const things = [
    [
      18,
      "landing",
      async () =>
        expect("landing", await get("/", pick([{}, { "accept-encoding": "gzip" }, { "accept-encoding": "br" }])), 200),
    ],
    [
      4,
      "docs",
      async () =>
        expect(
          "docs",
          await get(pick(["/docs", "/openapi.json", "/healthz", "/readyz", "/metrics", "/robots.txt"])),
          200,
        ),
    ],
    [20, "dashboard", async () => expect("dashboard", await get("/dashboard", { cookie: pick(holders).cookie }), 200)],
    [
      4,
      "no key",
      async () => expect("no key", await get("/dashboard", pick([{}, { cookie: newPerson().cookie }])), 200),
    ],
    [
      4,
      "sign-in",
      async () => {
        await signIn({ url }, `soak-${Math.floor(random() * personas)}`);
        count(outcomes, "sign-in done");
      },
    ],
    [2, "sign-in not finished", async () => expect("sign-in not finished", await get("/auth/login?next=/docs"), 302)],
    [
      1,
      "callback out of nowhere",
      async () => expect("callback out of nowhere", await get("/auth/callback?code=x&state=y"), 400, 403),
    ],
    [
      8,
      "mint",
      async () => {
        const person = newPerson();
        if (expect("mint", await send("/dashboard/key", person.cookie), 200, 202).status === 200) fresh.push(person);
      },
    ],
    [
      2,
      "mint twice at once",
      async () => {
        const person = newPerson();
        const answers = await Promise.all([1, 2].map(() => send("/dashboard/key", person.cookie)));
        answers.forEach((answer) => expect("mint twice at once", answer, 200, 202));
      },
    ],
    [
      4,
      "rotation",
      async () => expect("rotation", await send("/dashboard/key/rotate", pick(holders).cookie), 200, 202),
    ],
    [
      7,
      "give-back",
      async () => {
        const person = fresh.shift();
        if (person) expect("give-back", await send("/dashboard/key/give-back", person.cookie), 200);
      },
    ],
    [
      3,
      "console",
      async () =>
        expect(
          "console",
          await get(
            pick([
              "/admin",
              "/admin/people",
              "/admin/people?status=active",
              "/admin/activity",
              "/admin/audit/export",
              "/admin/tokens",
              "/admin/webhooks",
              "/admin/revocations",
            ]),
            { cookie: asAdmin },
          ),
          200,
        ),
    ],
    [
      4,
      "search",
      async () =>
        expect(
          "search",
          await get(`/admin/people?q=${pick(["bench", "bench-20", "4", "nobody-at-all", String(pick(holders).id)])}`, {
            cookie: asAdmin,
          }),
          200,
        ),
    ],
    [
      1,
      "reveal",
      async () => {
        const { id } = (await key(pick(holders))) ?? {};
        if (id)
          expect("reveal", await sendJson(`/api/v1/keys/${id}/reveal`, asAdmin, { reason: "soak" }), 200, 404, 409);
      },
    ],
    [
      1,
      "token",
      async () => {
        const { status, text } = expect(
          "token",
          await sendJson("/api/v1/tokens", asAdmin, { name: "soak", scopes: ["read"], expires_in_days: 1 }),
          201,
        );
        if (status !== 201) return;
        const { id, token } = JSON.parse(text);
        expect("token's list", await get("/api/v1/keys", { authorization: `Bearer ${token}` }), 200);
        expect("token's end", await sendJson(`/api/v1/tokens/${id}`, asAdmin, {}, "DELETE"), 200);
      },
    ],
    [
      2,
      "organizer's key",
      async () => {
        const person = newPerson();
        const made = expect(
          "organizer's key",
          await sendJson("/api/v1/keys", asAdmin, {
            github_user_id: String(person.id),
            github_username: `load-${person.id}`,
          }),
          200,
          201,
          202,
        );
        const { id } = (await key(person)) ?? {};
        if (made.status === 202 || !id) return;
        expect(
          "disable",
          await sendJson(`/api/v1/keys/${id}`, asAdmin, { disabled: true, reason: "load" }, "PATCH"),
          200,
          404,
          409,
        );
        expect(
          "enable",
          await sendJson(`/api/v1/keys/${id}`, asAdmin, { disabled: false, daily_limit_usd: 2.5 }, "PATCH"),
          200,
          404,
          409,
        );
        expect(
          "revoke",
          await sendJson(`/api/v1/keys/${id}/revoke`, asAdmin, { reason: "load", hold: "none" }),
          200,
          202,
          404,
          409,
        );
      },
    ],
    [
      1,
      "bulk",
      async () => {
        const people = [newPerson(), newPerson()];
        for (const person of people) expect("mint for bulk", await send("/dashboard/key", person.cookie), 200, 202);
        const ids = (await Promise.all(people.map(async (person) => (await key(person))?.id))).filter(Boolean);
        if (ids.length > 0)
          expect(
            "bulk",
            await sendJson("/api/v1/revocations", asAdmin, { ids, reason: "load", hold: "none" }),
            200,
            201,
            202,
          );
      },
    ],
    [
      3,
      "try",
      async () =>
        expect(
          "try",
          await send(
            "/dashboard/try",
            pick(holders).cookie,
            { message: "Say something." },
            { headers: { accept: pick(["text/event-stream", "text/html"]) } },
          ),
          200,
          409,
          429,
          503,
        ),
    ],
    [
      1,
      "try broken off",
      () =>
        drop(
          `POST /dashboard/try HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${pick(holders).cookie}\r\n` +
            `Origin: ${url}\r\nAccept: text/event-stream\r\nContent-Type: application/x-www-form-urlencoded\r\n` +
            "Content-Length: 11\r\n\r\nmessage=one",
          random() * 30,
        ),
    ],
    [4, "not found", async () => expect("not found", await get(`/nothing-${random()}`), 404)],
    [2, "not an admin", async () => expect("not an admin", await get("/admin", { cookie: pick(holders).cookie }), 404)],
    [
      3,
      "bad token",
      async () => expect("bad token", await get("/api/v1/keys", { authorization: `Bearer lak_${random()}` }), 401),
    ],
    [3, "bad session", async () => expect("bad session", await send("/dashboard/key", "llmapikey_session=a.b.c"), 401)],
    [
      2,
      "another origin",
      async () =>
        expect(
          "another origin",
          await send("/dashboard/key", pick(holders).cookie, {}, { headers: { origin: "https://evil.example" } }),
          403,
        ),
    ],
    [
      1,
      "too much",
      async () => {
        // The answer may be lost: it is sent while the rest of the body still comes.
        try {
          expect("too much", await send("/dashboard/try", pick(holders).cookie, { message: "x".repeat(100_000) }), 413);
        } catch {
          count(outcomes, "too much, cut off");
        }
      },
    ],
    [1, "no HTTP", () => drop("\x16\x03\x01 what?\r\n\r\n", 50)],
    [2, "half a request", () => drop("GET /dashboard HTTP/1.1\r\nHost: 127.", random() * 2000)],
    [
      2,
      "gone before the answer",
      () => drop(`GET /dashboard HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${pick(holders).cookie}\r\n\r\n`, 0),
    ],
    [
      1,
      "gone before the key",
      () =>
        drop(
          `POST /dashboard/key HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${newPerson().cookie}\r\n` +
            `Origin: ${url}\r\nContent-Length: 0\r\n\r\n`,
          1,
        ),
    ],
    [1, "only a connection", () => drop("", random() * 1000)],
  ];
  const total = things.reduce((sum, [weight]) => sum + weight, 0);
  return () => {
    let place = random() * total;
    const [, name, act] = things.find(([weight]) => (place -= weight) < 0);
    return { name, act };
  };
};
