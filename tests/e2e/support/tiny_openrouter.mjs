// The few endpoints of OpenRouter that the service calls, on loopback, and three ways of not being
// there.
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";

const json = (response, status, body) => {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
};
const failure = (response, status, message) => json(response, status, { error: { code: status, message } });

const read = async (request) => {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text ? JSON.parse(text) : {};
};

export class TinyOpenRouter {
  keys = new Map(); // by hash
  guardrails = new Map(); // by id
  assignments = new Map(); // hash to guardrail id
  requests = []; // "POST /keys"
  outage = null;
  #sockets = new Set();

  async start(port = 0) {
    this.server = createServer((request, response) => this.#answer(request, response));
    this.server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    await new Promise((done) => this.server.listen(port, "127.0.0.1", done));
    this.port = this.server.address().port;
    return this;
  }
  get url() {
    return `http://127.0.0.1:${this.port}/api/v1`;
  }
  async stop() {
    const closed = new Promise((done) => this.server.close(done));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  // "refused": nobody listens. "hanging": requests arrive and take effect, and no answer comes,
  // ever. "503": says so.
  async goDown(outage) {
    this.outage = outage;
    if (outage === "refused") await this.stop();
  }
  async comeBack() {
    const { outage } = this;
    this.outage = null;
    if (outage === "refused") await this.start(this.port);
  }

  async #answer(request, response) {
    const path = new URL(request.url, "http://tiny").pathname.replace("/api/v1", "");
    this.requests.push(`${request.method} ${path}`);
    const body = await read(request);
    if (this.outage === "503") return failure(response, 503, "down for maintenance");
    const offset = Number(new URL(request.url, "http://tiny").searchParams.get("offset") ?? 0);
    const answer = this.#act(request.method, path, body, offset);
    return this.outage === "hanging" ? undefined : json(response, ...answer);
  }

  #act(method, path, body, offset) {
    const key = this.keys.get(/^\/keys\/(\w+)$/.exec(path)?.[1]);
    const assigned = /^\/guardrails\/([\w-]+)\/assignments\/keys$/.exec(path)?.[1];
    const guardrail = this.guardrails.get(/^\/guardrails\/([\w-]+)$/.exec(path)?.[1]);
    const missing = [404, { error: { code: 404, message: "Resource not found" } }];
    if (method === "GET" && path === "/credits") return [200, { data: { total_credits: 1000, total_usage: 1 } }];
    if (method === "POST" && path === "/keys") return this.#create(body);
    if (method === "GET" && path === "/keys")
      return [200, { data: [...this.keys.values()].reverse().slice(offset, offset + 100) }];
    if (method === "GET" && guardrail) return [200, { data: guardrail }];
    if (method === "POST" && this.guardrails.has(assigned)) return this.#assign(assigned, body.key_hashes);
    if (!key) return missing;
    if (method === "DELETE") {
      this.keys.delete(key.hash);
      return [200, { deleted: true }];
    }
    if (method === "PATCH") Object.assign(key, body);
    return [200, { data: key }];
  }

  #create(body) {
    const hash = randomBytes(32).toString("hex");
    const key = {
      hash,
      usage: 0,
      limit_remaining: body.limit,
      disabled: false,
      created_at: new Date().toISOString(),
      ...body,
    };
    this.keys.set(hash, key);
    return [201, { data: key, key: `sk-or-v1-${randomBytes(32).toString("hex")}` }];
  }

  #assign(id, hashes) {
    const known = hashes.filter((hash) => this.keys.has(hash));
    for (const hash of known) this.assignments.set(hash, id);
    return [200, { assigned_count: known.length }];
  }
}
