#!/usr/bin/env node
// Whether the time gives the console away: medians of 1,000 requests each for its paths and for
// unknown ones, by somebody who is signed in and no admin, asked in turn over one connection.
import { Agent, request } from "node:http";
import { signIn, startSandbox } from "../tests/e2e/support/service.mjs";

const service = await startSandbox({ RATE_LIMIT_PER_MINUTE: "0", LOG_LEVEL: "error" });
const cookie = await signIn(service, "nosy-person");
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const uuid = "0b0e7c2e-5a3e-4d52-9a7e-111111111111";
const asked = [
  ["GET", "/nothing-here"],
  ["GET", "/admin"],
  ["GET", "/admin/people"],
  ["GET", "/admin/accounts/1002"],
  ["GET", "/api/v1/keys"],
  ["POST", "/nothing-here"],
  ["POST", "/admin/keys"],
  ["POST", `/admin/keys/${uuid}/revoke`],
  ["POST", `/admin/keys/${uuid}/change`],
  ["POST", "/admin/revocations"],
  ["POST", "/admin/tokens"],
  ["POST", "/api/v1/keys"],
];
const ask = (method, path) =>
  new Promise((done, failed) => {
    const begin = process.hrtime.bigint();
    const call = request(service.url + path, { method, agent, headers: { cookie, origin: service.url } }, (answer) => {
      answer.resume();
      answer.on("end", () => {
        if (answer.statusCode !== 404) failed(new Error(`${method} ${path}: ${answer.statusCode}`));
        done(Number(process.hrtime.bigint() - begin) / 1000);
      });
    });
    call.on("error", failed);
    call.end();
  });
const times = asked.map(() => []);
for (let round = 0; round < 1100; round += 1) {
  for (const [i, [method, path]] of asked.entries()) {
    const time = await ask(method, path);
    if (round >= 100) times[i].push(time);
  }
}
const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.floor(values.length * q)];
for (const [i, [method, path]] of asked.entries())
  console.log(
    `${method.padEnd(5)} ${path.padEnd(62)} median ${quantile(times[i], 0.5).toFixed(0)} µs, quartiles ` +
      `${quantile(times[i], 0.25).toFixed(0)} to ${quantile(times[i], 0.75).toFixed(0)}`,
  );
agent.destroy();
await service.stop();
