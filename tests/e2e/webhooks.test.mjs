// Webhooks on the real binary: endpoints that hang, answer without end or are removed hold up
// nobody else; secrets are rotated; some addresses are never posted to.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { Webhook } from "standardwebhooks";
import { signIn, startService, startUpstreams, temporaryFolder, until } from "./support/service.mjs";

const messages = 12;
let upstreams, folder, service, session;
const listeners = [];

before(async () => {
  upstreams = await startUpstreams();
  folder = temporaryFolder();
  service = await startService(upstreams, folder, {
    ADMIN_GITHUB_USER_IDS: "1003",
    RECONCILE_SECONDS: "0",
    SPENDING_POLL_SECONDS: "0",
  });
  session = await signIn(service, "linus-organizer");
});
after(async () => {
  for (const listener of listeners) {
    listener.close();
    listener.closeAllConnections();
  }
  await service.stop();
  await upstreams.stop();
  rmSync(folder, { recursive: true, force: true });
});

const call = async (method, path, body) => {
  const answer = await fetch(`${service.url}/api/v1${path}`, {
    method,
    headers: { cookie: session, origin: service.url, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
};

// Somebody who listens. `respond(response, request)` answers; what has come is in `received`.
const listen = async (respond) => {
  const received = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      received.push({ headers: request.headers, body });
      respond(response, request);
    });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  listeners.push(server);
  return { url: `http://127.0.0.1:${server.address().port}/hook`, received };
};

const add = async (url, events = ["spend.alarm"]) => {
  const added = await call("POST", "/webhooks", { url, events });
  assert.equal(added.status, 201, JSON.stringify(added.body));
  return added.body;
};
const announce = async (endpoint, count = 1) => {
  for (let i = 0; i < count; i += 1) assert.equal((await call("POST", `/webhooks/${endpoint.id}/test`)).status, 202);
};
const deliveriesOf = async (endpoint, state) =>
  (await call("GET", `/webhook-deliveries${state ? `?state=${state}` : ""}`)).body.deliveries.filter(
    (each) => each.endpoint_id === endpoint.id,
  );
const remove = async (endpoint) => assert.equal((await call("DELETE", `/webhooks/${endpoint.id}`)).status, 200);

test("of five endpoints one hangs: the others get all of their messages meanwhile", async () => {
  const hanging = await listen(() => {});
  const prompt = await Promise.all([1, 2, 3, 4].map(() => listen((response) => response.end("ok"))));
  const endpoints = [await add(hanging.url), ...(await Promise.all(prompt.map(({ url }) => add(url))))];
  for (const endpoint of endpoints) await announce(endpoint, messages);
  await until("the others have all", () => prompt.every(({ received }) => received.length === messages), 150_000);
  // One after the other they would have waited for nearly all that the first one lets hang.
  assert.ok(
    hanging.received.length <= 3,
    `${hanging.received.length} messages to the endpoint that hangs came before the last of the others`,
  );
  assert.ok(
    prompt.every(({ received }) => new Set(received.map(({ headers }) => headers["webhook-id"])).size === messages),
    "each once",
  );
  for (const endpoint of endpoints) await remove(endpoint);
});

test("the status counts, however much of a body follows and however slowly it comes", async () => {
  const endless = await listen((response) => {
    response.writeHead(200);
    const more = () => {
      while (!response.destroyed && response.write("x".repeat(65_536)));
    };
    response.on("drain", more);
    more();
  });
  const dripping = await listen((response) => {
    response.writeHead(202);
    const drip = setInterval(() => {
      if (response.destroyed) clearInterval(drip);
      else response.write("x");
    }, 200);
  });
  for (const listener of [endless, dripping]) {
    const endpoint = await add(listener.url);
    await announce(endpoint);
    await until("it counts as delivered", async () => (await deliveriesOf(endpoint, "delivered")).length === 1, 30_000);
    assert.equal(listener.received.length, 1);
    await remove(endpoint);
  }
});

test("a removed endpoint's messages go with it", async () => {
  const refusing = await listen((response) => response.writeHead(500).end());
  const endpoint = await add(refusing.url);
  await announce(endpoint, 3);
  await until(
    "all were tried",
    async () => (await deliveriesOf(endpoint, "waiting")).filter(({ attempts }) => attempts > 0).length === 3,
  );
  await remove(endpoint);
  assert.deepEqual(await deliveriesOf(endpoint), []);
});

test("a secret is rotated: for a while both sign, unless the former one has leaked", async () => {
  const listener = await listen((response) => response.end());
  const endpoint = await add(listener.url);
  const verified = (secret, { body, headers }) => {
    try {
      new Webhook(secret).verify(body, headers);
      return true;
    } catch {
      return false;
    }
  };
  const next = async () => {
    const before = listener.received.length;
    await announce(endpoint);
    return until("it arrives", () => listener.received[before]);
  };
  const rotated = await call("POST", `/webhooks/${endpoint.id}/secret`, {});
  assert.equal(rotated.status, 200, JSON.stringify(rotated.body));
  assert.match(rotated.body.secret, /^whsec_/);
  assert.ok(Date.parse(rotated.body.former_secret_until) > Date.now() + 23 * 3_600_000);
  const both = await next();
  assert.equal(both.headers["webhook-signature"].split(" ").length, 2);
  assert.ok(verified(endpoint.secret, both) && verified(rotated.body.secret, both));
  const leaked = await call("POST", `/webhooks/${endpoint.id}/secret`, { former_secret_hours: 0 });
  const one = await next();
  assert.equal(one.headers["webhook-signature"].split(" ").length, 1);
  assert.ok(
    verified(leaked.body.secret, one) && !verified(rotated.body.secret, one) && !verified(endpoint.secret, one),
  );
  assert.equal(leaked.body.former_secret_until, null);
  assert.equal((await call("POST", `/webhooks/${endpoint.id}/secret`, { former_secret_hours: 1000 })).status, 400);
  assert.equal((await call("POST", "/webhooks/00000000-0000-4000-8000-000000000000/secret", {})).status, 404);
  await remove(endpoint);
});

test("link-local addresses are never posted to, and nobody is followed elsewhere", async () => {
  for (const host of ["169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]", "0.0.0.0", "2852039166"]) {
    const endpoint = await call("POST", "/webhooks", { url: `http://${host}:9/hook`, events: ["spend.alarm"] });
    if (endpoint.status === 400) {
      assert.match(endpoint.body.detail, /WEBHOOK_TARGETS/);
      continue;
    }
    await announce(endpoint.body);
    const [delivery] = await until(
      "it was tried",
      async () => {
        const all = await deliveriesOf(endpoint.body);
        return all[0]?.attempts > 0 && all;
      },
      30_000,
    );
    assert.match(delivery.problem, /WEBHOOK_TARGETS/, `${host}: ${delivery.problem}`);
    await remove(endpoint.body);
  }
  const elsewhere = await listen((response) => response.end());
  const pointing = await listen((response) => response.writeHead(307, { location: elsewhere.url }).end());
  const endpoint = await add(pointing.url);
  await announce(endpoint);
  const [delivery] = await until("it was tried", async () => {
    const all = await deliveriesOf(endpoint);
    return all[0]?.attempts > 0 && all;
  });
  assert.equal(delivery.problem, "answered 307");
  assert.equal(elsewhere.received.length, 0);
  await remove(endpoint);
});

test("where only public addresses may be posted to, loopback is not", async () => {
  const other = temporaryFolder();
  const strict = await startService(upstreams, other, {
    ADMIN_GITHUB_USER_IDS: "1003",
    RECONCILE_SECONDS: "0",
    SPENDING_POLL_SECONDS: "0",
    WEBHOOK_TARGETS: "public",
  });
  const listener = await listen((response) => response.end());
  const ours = [service, session];
  try {
    service = strict;
    session = await signIn(strict, "linus-organizer");
    // By name, so that only the address that is connected to can tell.
    const endpoint = await add(listener.url.replace("127.0.0.1", "localhost"));
    await announce(endpoint);
    const [delivery] = await until(
      "it was tried",
      async () => {
        const all = await deliveriesOf(endpoint);
        return all[0]?.attempts > 0 && all;
      },
      30_000,
    );
    assert.match(delivery.problem, /WEBHOOK_TARGETS/);
    assert.equal(listener.received.length, 0);
  } finally {
    [service, session] = ours;
    await strict.stop();
    rmSync(other, { recursive: true, force: true });
  }
});

test("an endpoint that hangs does not hold up the end", async () => {
  const hanging = await listen(() => {});
  const endpoint = await add(hanging.url);
  await announce(endpoint);
  await until("it hangs", () => hanging.received.length > 0);
  const begun = performance.now();
  await service.stop();
  const took = performance.now() - begun;
  assert.ok(took < 8_000, `${Math.round(took)} ms`);
  service = await startService(upstreams, folder, {
    ADMIN_GITHUB_USER_IDS: "1003",
    RECONCILE_SECONDS: "0",
    SPENDING_POLL_SECONDS: "0",
  });
  await until("it is told again", () => hanging.received.length > 1, 30_000);
});
