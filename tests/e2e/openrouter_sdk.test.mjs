// The official client of OpenRouter, unmodified but for the server's URL, against the look-alike.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { OpenRouter } from "@openrouter/sdk";
import { startUpstreams } from "./support/service.mjs";

let upstreams, admin;
before(async () => {
  upstreams = await startUpstreams();
  admin = new OpenRouter({
    apiKey: upstreams.management_key,
    serverURL: upstreams.openrouter_url,
    retryConfig: { strategy: "none" },
  });
});
after(() => upstreams.stop());

const wish = (name) => ({
  requestBody: {
    name,
    limit: 2.5,
    limitReset: "daily",
    includeByokInLimit: true,
    expiresAt: new Date("2030-01-02T03:04:05Z"),
  },
});

test("the key endpoints: create, get, list, update, delete", async () => {
  const made = await admin.apiKeys.create(wish("sdk-key"));
  assert.match(made.key, /^sk-or-v1-[0-9a-f]{64}$/);
  assert.equal(made.data.limit, 2.5);
  assert.equal(made.data.limitReset, "daily");
  const got = await admin.apiKeys.get({ hash: made.data.hash });
  assert.equal(got.data.name, "sdk-key");
  const listed = await admin.apiKeys.list();
  assert.ok(JSON.stringify(listed).includes(made.data.hash));
  const updated = await admin.apiKeys.update({ hash: made.data.hash, requestBody: { disabled: true, limit: 3 } });
  assert.equal(updated.data.disabled, true);
  assert.equal(updated.data.limit, 3);
  const deleted = await admin.apiKeys.delete({ hash: made.data.hash });
  assert.equal(deleted.deleted, true);
  await assert.rejects(admin.apiKeys.get({ hash: made.data.hash }), (error) => error.statusCode === 404);
});

test("a key looks at itself, and the account at its credits", async () => {
  const made = await admin.apiKeys.create(wish("self"));
  const own = new OpenRouter({ apiKey: made.key, serverURL: upstreams.openrouter_url });
  const seen = await own.apiKeys.getCurrentKeyMetadata();
  assert.equal(seen.data.limitRemaining, 2.5);
  const credits = await admin.credits.getCredits();
  assert.ok(credits.data.totalCredits > 0);
});

test("chat completions, whole and streamed, are metered to the key", async () => {
  const made = await admin.apiKeys.create(wish("chat"));
  const own = new OpenRouter({ apiKey: made.key, serverURL: upstreams.openrouter_url });
  const request = { model: "openai/gpt-4o-mini", messages: [{ role: "user", content: "Hello there" }] };
  const whole = await own.chat.send({ chatRequest: { ...request, stream: false } });
  assert.match(whole.choices[0].message.content, /Hello there/);
  const stream = await own.chat.send({ chatRequest: { ...request, stream: true } });
  let text = "",
    usage;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta?.content ?? "";
    usage = chunk.usage ?? usage;
  }
  assert.equal(text, whole.choices[0].message.content);
  assert.ok(usage.totalTokens > 0);
  const seen = await own.apiKeys.getCurrentKeyMetadata();
  assert.ok(seen.data.usageDaily > 0 && seen.data.limitRemaining < 2.5);
});

test("the cap is real: refused when spent, and beforehand when max_tokens could exceed it", async () => {
  const made = await admin.apiKeys.create(wish("cap"));
  const call = (body) =>
    fetch(`${upstreams.openrouter_url}/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${made.key}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "sandbox/expensive", messages: [{ role: "user", content: "x" }], ...body }),
    });
  assert.equal((await call({ max_tokens: 10_000 })).status, 402);
  for (let i = 0; i < 3; i += 1) assert.equal((await call({})).status, 200);
  const refused = await call({});
  assert.equal(refused.status, 403);
  assert.match((await refused.json()).error.message, /Key limit exceeded \(daily limit\)/);
});

test("lists come newest first in pages of 100", async () => {
  for (let i = 0; i < 105; i += 1) await admin.apiKeys.create(wish(`page-${i}`));
  const page = async (offset) =>
    (
      await (
        await fetch(`${upstreams.openrouter_url}/keys?offset=${offset}`, {
          headers: { authorization: `Bearer ${upstreams.management_key}` },
        })
      ).json()
    ).data;
  const first = await page(0);
  assert.equal(first.length, 100);
  assert.equal(first[0].name, "page-104");
  assert.ok((await page(100)).length >= 5);
});
