// Many requests before or between measurements, a few at once.
import { Agent, request } from "node:http";

// On `sockets` connections at the most. `patience`: without an answer for so long a call fails, so
// that nobody waits for ever.
export const makeClient = ({ sockets, patience = 20_000 }) => {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets, maxFreeSockets: sockets, scheduling: "lifo" });
  return {
    end: () => agent.destroy(),
    ask: (url, { method = "GET", headers = {}, body = "" } = {}) =>
      new Promise((done, failed) => {
        const all = method === "GET" ? headers : { ...headers, "content-length": Buffer.byteLength(body) };
        const call = request(url, { method, headers: all, agent, timeout: patience }, (answer) => {
          const chunks = [];
          answer.on("data", (chunk) => chunks.push(chunk));
          answer.on("end", () => {
            const whole = Buffer.concat(chunks);
            done({
              status: answer.statusCode,
              headers: answer.headers,
              raw: answer.rawHeaders,
              body: whole,
              get text() {
                return whole.toString();
              },
            });
          });
          answer.on("error", failed);
        });
        call.on("timeout", () => call.destroy(new Error("no answer in time")));
        call.on("error", failed);
        call.end(body);
      }),
  };
};

export const withClient = async (sockets, work) => {
  const client = makeClient({ sockets });
  try {
    return await work(client.ask);
  } finally {
    client.end();
  }
};

// `each(ask, item)` for all items; gives what it gave, in order.
export const forAll = (items, atOnce, each) =>
  withClient(atOnce, async (ask) => {
    const results = new Array(items.length);
    let next = 0;
    const worker = async () => {
      for (let i = next++; i < items.length; i = next++) results[i] = await each(ask, items[i]);
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    return results;
  });

export const askOnce = (url, options) => withClient(1, (ask) => ask(url, options));

// A counter of /metrics, summed over what matches.
export const counter = async (service, name, labels = "") => {
  const text = (await askOnce(`${service.url}/metrics`)).body.toString();
  const lines = text.split("\n").filter((line) => line.startsWith(`${name}{`) && line.includes(labels));
  return lines.reduce((sum, line) => sum + Number(line.split(" ").pop()), 0);
};
