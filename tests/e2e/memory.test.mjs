// What of the secrets is left in the memory of a running service once they have been used.
import assert from "node:assert/strict";
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { after, before, test } from "node:test";
import { generate, signIn, startService, startUpstreams, temporaryFolder, until } from "./support/service.mjs";

let upstreams;
before(async () => {
  upstreams = await startUpstreams();
});
after(async () => {
  await upstreams?.stop();
});

// How often each of the texts stands in what the process may write.
const occurrences = (pid, texts) => {
  const memory = openSync(`/proc/${pid}/mem`, "r"),
    counts = texts.map(() => 0);
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, "utf8").trim().split("\n")) {
      const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
      if (!from || line.endsWith("[vvar]")) continue;
      const bytes = Buffer.alloc(parseInt(to, 16) - parseInt(from, 16));
      let length;
      try {
        length = readSync(memory, bytes, 0, bytes.length, parseInt(from, 16));
      } catch {
        continue;
      } // a guard page, or gone by now
      for (const [i, text] of texts.entries())
        for (let at = bytes.indexOf(text); at >= 0 && at < length; at = bytes.indexOf(text, at + 1)) counts[i] += 1;
    }
  } finally {
    closeSync(memory);
  }
  return counts;
};

test("raw keys, sessions and tokens are gone from memory once they have been used and others came by", async (t) => {
  // So that the tester, who is the same user, may look.
  const service = await startService(upstreams, temporaryFolder(), {
    CORE_DUMPS_ENABLED: "true",
    ADMIN_GITHUB_USER_IDS: "1003",
  });
  t.after(() => service.stop());
  const { pid } = service.process.child;
  const close = { connection: "close" };
  const keys = [];
  let session;
  for (const person of ["memorable-one", "memorable-two", "memorable-three"]) {
    session = await signIn(service, person);
    const { status, key } = await (await generate(service, session, close)).json();
    assert.equal(status, "created");
    keys.push(key);
    const page = await (await fetch(`${service.url}/dashboard`, { headers: { cookie: session, ...close } })).text();
    assert.ok(page.includes(key));
  }
  const organizer = await signIn(service, "linus-organizer");
  const made = await fetch(`${service.url}/api/v1/tokens`, {
    method: "POST",
    headers: { cookie: organizer, origin: service.url, "content-type": "application/json", ...close },
    body: JSON.stringify({ name: "for the test", scopes: ["read"], expires_in_days: 1 }),
  });
  const { token } = await made.json();
  assert.ok(token, `a token is made: ${made.status}`);
  assert.equal(
    (await fetch(`${service.url}/api/v1/keys`, { headers: { authorization: `Bearer ${token}`, ...close } })).status,
    200,
  );

  // Buffers that are used again hold the latest that passed through them until the next comes:
  // somebody else's.
  for (const person of ["forgettable-one", "forgettable-two", "forgettable-three"]) {
    const other = await signIn(service, person);
    assert.equal((await generate(service, other, close)).status, 200);
    assert.equal((await fetch(`${service.url}/dashboard`, { headers: { cookie: other, ...close } })).status, 200);
    assert.equal(
      (
        await fetch(`${service.url}/api/v1/keys`, {
          headers: { authorization: `Bearer ${"x".repeat(token.length)}`, ...close },
        })
      ).status,
      401,
    );
  }

  const texts = [...keys, token, session.slice(session.indexOf("=") + 1)];
  let counts;
  await until(
    "nothing of them is left",
    () => {
      counts = occurrences(pid, texts);
      return counts.every((count) => count === 0);
    },
    30_000,
  ).catch(() => {});
  t.diagnostic(
    `left of ${keys.length} keys, a token, a session: ${counts}; management key: ` +
      `${occurrences(pid, [upstreams.management_key])}`,
  );
  assert.deepEqual(
    counts,
    texts.map(() => 0),
  );
  assert.ok(occurrences(pid, [upstreams.management_key])[0] > 0, "what it goes on needing is found: this test can see");
});
