// Many requests before or between measurements, a few at once.
import { Agent, request } from "node:http";

export const withAgent = async (atOnce, work) => {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const ask = (url, { method = "GET", headers = {} } = {}) => new Promise((done, failed) => {
    const call = request(url, { method, headers, agent }, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () => done({ status: answer.statusCode, headers: answer.headers, raw: answer.rawHeaders, body: Buffer.concat(chunks) }));
      answer.on("error", failed);
    });
    call.on("error", failed);
    call.end();
  });
  try { return await work(ask); } finally { agent.destroy(); }
};

// `each(ask, item)` for all items; gives what it gave, in order.
export const forAll = (items, atOnce, each) => withAgent(atOnce, async (ask) => {
  const results = new Array(items.length);
  let next = 0;
  const worker = async () => { for (let i = next++; i < items.length; i = next++) results[i] = await each(ask, items[i]); };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
});

export const askOnce = (url, options) => withAgent(1, (ask) => ask(url, options));

// A counter of /metrics, summed over what matches.
export const counter = async (service, name, labels = "") => {
  const text = (await askOnce(`${service.url}/metrics`)).body.toString();
  const lines = text.split("\n").filter((line) => line.startsWith(`${name}{`) && line.includes(labels));
  return lines.reduce((sum, line) => sum + Number(line.split(" ").pop()), 0);
};
