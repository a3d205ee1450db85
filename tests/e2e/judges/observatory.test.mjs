// Every page gets an A+ by the rules of Mozilla's HTTP Observatory, behind a proxy that speaks TLS
// as in production.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { createServer as createHttpServer, request as sendRequest } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { writeCertificate } from "../support/certificate.mjs";
import { startEveryPage } from "../support/every_page.mjs";
import { startService, temporaryFolder } from "../support/service.mjs";

const listen = (server) => new Promise((done) => server.listen(0, "localhost", () => done(server.address().port)));
const stop = (server) =>
  new Promise((done) => {
    server.close(done);
    server.closeAllConnections();
  });

const makeCertificate = (folder) => {
  const files = { key: join(folder, "key.pem"), certificate: join(folder, "certificate.pem") };
  writeCertificate("DNS:localhost", files);
  return { key: readFileSync(files.key), cert: readFileSync(files.certificate) };
};

// Ends TLS, and says so to the service behind. Which page of which service is meant is in a header;
// what is the answer to a form is asked for by that form.
const passOn = (places) => async (request, response) => {
  const { "x-place": name, ...headers } = request.headers;
  const place = places.find((each) => each.name === name);
  // For each request: what it brings about may pass with time.
  try {
    await place.before?.();
  } catch (error) {
    response.destroy();
    throw error;
  }
  const isPage = request.method === "GET" && request.url === place.path;
  const body = isPage && place.form ? new URLSearchParams(place.form).toString() : undefined;
  const form =
    body === undefined
      ? {}
      : {
          "content-type": "application/x-www-form-urlencoded",
          "content-length": body.length,
          ...(place.isForeign ? {} : { origin: `https://${headers.host}` }),
        };
  const forwarded = sendRequest(
    place.service.url + request.url,
    {
      method: body === undefined ? request.method : "POST",
      headers: {
        ...headers,
        ...form,
        ...place.headers,
        "x-forwarded-proto": "https",
        "x-forwarded-for": request.socket.remoteAddress,
      },
    },
    (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    },
  );
  forwarded.on("error", () => response.destroy());
  forwarded.end(body);
};

const scan = async (certificate, wish) => {
  const scanner = spawn(process.execPath, [fileURLToPath(new URL("observatory_scan.mjs", import.meta.url))], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate },
    stdio: ["pipe", "pipe", "inherit"],
  });
  scanner.stdin.end(JSON.stringify(wish));
  const [lines, [code]] = await Promise.all([
    text(scanner.stdout),
    new Promise((done) => scanner.once("close", (...end) => done(end))),
  ]);
  assert.equal(code, 0);
  return lines
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
};

test("every page gets an A+", async (t) => {
  const folder = temporaryFolder();
  const stage = await startEveryPage({ TRUSTED_PROXIES: "127.0.0.1,::1" });
  const places = stage.places.filter((place) => !place.press && !place.isOfGithub);
  // Headers that are too long are not read, also not how the client came: that takes PUBLIC_URL.
  const known = await startService(stage.upstreams, folder, { PUBLIC_URL: "https://localhost" });
  places.push({ name: "error-431", service: known, path: "/", headers: { "x-long": "x".repeat(60_000) } });
  const proxy = createHttpsServer(makeCertificate(folder), passOn(places));
  const redirector = createHttpServer((request, response) =>
    response.writeHead(301, { location: `https://localhost:${proxy.address().port}${request.url}` }).end(),
  );
  t.after(async () => {
    await Promise.all([stop(proxy), stop(redirector), known.stop(), stage.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });
  const ports = { https: await listen(proxy), http: await listen(redirector) };
  const pages = places.map(({ name, path, session }) => ({
    name,
    path,
    headers: ["Accept: text/html,*/*;q=0.8", `X-Place: ${name}`, ...(session ? [`Cookie: ${session}`] : [])],
  }));
  const results = await scan(join(folder, "certificate.pem"), { ...ports, pages });
  assert.deepEqual(
    results.map(({ name }) => name),
    places.map(({ name }) => name),
  );
  assert.deepEqual(
    results.filter(({ grade, failures }) => grade !== "A+" || failures.length > 0),
    [],
  );
  const statuses = new Set(results.map(({ status }) => status));
  for (const status of [200, 400, 401, 403, 404, 405, 429, 431])
    assert.ok(statuses.has(status), `no page with status ${status}: ${[...statuses]}`);
  t.diagnostic(`${results.length} pages, the least score ${Math.min(...results.map(({ score }) => score))}`);
});
