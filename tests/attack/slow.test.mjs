// Clients that send or read hardly anything: each is cut off by a deadline of the server's, and
// nobody else notices.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { startSandbox, until } from "../e2e/support/service.mjs";
import { ask, portOf } from "./support/wire.mjs";

const each = process.env.LLMAPIKEY_ATTACK_LONG ? 150 : 40;
// The longest deadline of those that are waited for is 30 s (75 s of an idle connection in the long
// form); the rest is for a slow machine.
const limit = process.env.LLMAPIKEY_ATTACK_LONG ? 150_000 : 90_000;

let service, port;
before(async () => {
  service = await startSandbox({ RATE_LIMIT_PER_MINUTE: "0" });
  port = portOf(service.url);
});
after(() => service.stop());

const descriptors = () => readdirSync(`/proc/${service.process.child.pid}/fd`).length;

// Sends `first`, then `more` again and again, and reads only if told so. Resolves when the server
// has ended it: with its status, or 0.
const linger = ({ first, more, reads = true, every = 400 }) =>
  new Promise((done, failed) => {
    const socket = connect(port, "127.0.0.1");
    let text = "";
    let drip;
    const end = setTimeout(() => {
      socket.destroy();
      failed(new Error(`not cut off within ${limit / 1000} s: ${text.slice(0, 200)}`));
    }, limit);
    const finish = () => {
      clearInterval(drip);
      clearTimeout(end);
      socket.destroy();
      done(Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0));
    };
    socket.on("connect", () => {
      socket.write(first);
      if (more) drip = setInterval(() => socket.write(more), every);
    });
    if (reads) {
      socket.on("data", (chunk) => {
        text += chunk.toString("latin1");
      });
      socket.on("end", finish);
    }
    socket.on("error", finish);
    socket.on("close", finish);
  });

const head = "POST /nowhere HTTP/1.1\r\nHost: x\r\n";
const kinds = {
  "a head, a byte at a time": [{ first: "GET / HTTP/1.1\r\nHost: x\r\nX-A: ", more: "a" }, [408]],
  "a head, a line at a time": [{ first: "GET / HTTP/1.1\r\nHost: x\r\n", more: "X-A: b\r\n" }, [408]],
  "a head that stops": [{ first: "GET / HTTP/1.1\r\nHost: x\r\n" }, [408]],
  "a request line that stops": [{ first: "GE" }, [408]],
  "empty lines": [{ first: "\r\n", more: "\r\n" }, [408, 400]],
  "a body, a byte at a time": [{ first: `${head}Content-Length: 60000\r\n\r\n`, more: "a" }, [408]],
  "a body that stops": [{ first: `${head}Content-Length: 60000\r\n\r\nhello` }, [408]],
  "chunks, one at a time": [{ first: `${head}Transfer-Encoding: chunked\r\n\r\n`, more: "1\r\na\r\n" }, [408]],
  "a chunk's extension that goes on": [{ first: `${head}Transfer-Encoding: chunked\r\n\r\n1;`, more: "a" }, [408, 400]],
  "trailers that go on": [{ first: `${head}Transfer-Encoding: chunked\r\n\r\n0\r\n`, more: "X-A: b\r\n" }, [408]],
  // More than the kernel keeps for a client that reads nothing, so that the server has to wait for
  // it.
  "answers that nobody reads": [
    {
      first: "GET /docs HTTP/1.1\r\nHost: x\r\n\r\n".repeat(2000),
      more: "GET /docs HTTP/1.1\r\nHost: x\r\n\r\n",
      reads: false,
      every: 2000,
    },
    [0],
  ],
  ...(process.env.LLMAPIKEY_ATTACK_LONG
    ? {
        "a connection that says nothing": [{ first: "" }, [0, 408]],
        "a connection that says nothing more": [{ first: "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" }, [200]],
      }
    : {}),
};

test(`${each} of each kind at once are cut off, while others are served`, async () => {
  const before_ = descriptors();
  let isOver = false;
  const lingering = Promise.all(
    Object.entries(kinds).flatMap(([what, [kind, statuses]]) =>
      Array.from({ length: each }, async () => {
        const status = await linger(kind);
        // A connection that the server resets while bytes of ours are under way has lost its
        // answer.
        assert.ok(statuses.includes(status) || status === 0, `${what}: ${status}`);
        return [what, status];
      }),
    ),
  ).finally(() => {
    isOver = true;
  });
  let served = 0,
    slowest = 0;
  while (!isOver) {
    const began = Date.now();
    assert.equal((await ask(port, "GET", "/healthz")).status, 200);
    slowest = Math.max(slowest, Date.now() - began);
    served += 1;
    await Promise.race([lingering.catch(() => 0), new Promise((r) => setTimeout(r, 250))]);
  }
  const ended = await lingering;
  for (const [what, [, [wanted]]] of Object.entries(kinds))
    if (wanted !== 0)
      assert.ok(
        ended.some(([name, status]) => name === what && status !== 0),
        `${what}: nobody was told anything`,
      );
  assert.ok(served > 10);
  assert.ok(slowest < 10_000, `somebody waited ${slowest} ms`);
  await until("the descriptors are free again", () => descriptors() <= before_ + 20, 60_000);
  assert.equal(service.process.child.exitCode, null);
});
