// Bytes to a socket and what comes back, without an HTTP client that would mend or refuse them.
import { connect } from "node:net";

const patience = 60_000;

export const portOf = (url) => Number(new URL(url).port);
const bytesOf = (text) => (Buffer.isBuffer(text) ? text : Buffer.from(text, "latin1"));

// Sends the bytes and the end of the stream, and gives all that comes back (as latin1) once the
// server has closed as well. `isOpen`: the stream is left open, so that only the server can end it.
export const exchange = (port, bytes, { isOpen = false, enough = null } = {}) =>
  new Promise((done, failed) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    let text = "",
      isCut = false;
    const finish = () =>
      done({
        text,
        isCut,
        answers: parseAnswers(text, { heads: bytesOf(bytes).toString("latin1").split("HEAD ").length - 1 }),
      });
    socket.setTimeout(patience, () => {
      socket.destroy();
      failed(new Error(`no end after ${JSON.stringify(text.slice(0, 300))}`));
    });
    socket.on("connect", () => {
      if (isOpen) socket.write(bytesOf(bytes));
      else socket.end(bytesOf(bytes));
    });
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      if (enough?.(text)) {
        socket.destroy();
        finish();
      }
    });
    socket.on("end", () => {
      socket.destroy();
      finish();
    });
    // A reset, or bytes that the server does not want any more: whatever it has said counts.
    socket.on("error", () => {
      isCut = true;
      finish();
    });
  });

const bodyOf = (text, headers) => {
  if (!/chunked/i.test(headers["transfer-encoding"] ?? "")) {
    const length = Number(headers["content-length"] ?? 0);
    return { body: text.slice(0, length), rest: text.slice(length), isWhole: text.length >= length };
  }
  let body = "",
    rest = text;
  for (;;) {
    const size = /^([0-9a-f]+)\r\n/i.exec(rest);
    if (!size) return { body, rest: "", isWhole: false };
    const length = Number.parseInt(size[1], 16);
    body += rest.slice(size[0].length, size[0].length + length);
    rest = rest.slice(size[0].length + length + 2);
    if (length === 0) return { body, rest, isWhole: true };
  }
};

// Every answer in what came back. Bytes that are none are the last item, as { junk }.
// `heads`: how many of the requests may have been a HEAD, whose answer has a length and no body
// (RFC 9110, 9.3.2), so that the next answer follows at once.
export const parseAnswers = (text, { heads = 0 } = {}) => {
  const answers = [];
  let rest = text;
  while (rest) {
    const head = /^HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n/.exec(rest);
    if (!head) return [...answers, { junk: rest }];
    const fields = head[2]
      .split("\r\n")
      .filter(Boolean)
      .map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]);
    const headers = Object.fromEntries(fields);
    const status = Number(head[1]);
    rest = rest.slice(head[0].length);
    const isOfHead = heads > 0 && rest.startsWith("HTTP/1.1 ");
    if (isOfHead) heads -= 1;
    if (isOfHead || status < 200 || status === 304 || status === 204) {
      answers.push({ status, headers, fields, body: "", isWhole: true });
      continue;
    }
    const { body, rest: behind, isWhole } = bodyOf(rest, headers);
    rest = behind;
    answers.push({ status, headers, fields, body, isWhole });
  }
  return answers;
};

// One request with exactly these headers; its only answer.
export const ask = async (port, method, target, headers = {}, body = "") => {
  const fields = Object.entries({ Host: "x", ...headers })
    .flatMap(([name, value]) => [value].flat().map((each) => `${name}: ${each}\r\n`))
    .join("");
  const length = body ? `Content-Length: ${bytesOf(body).length}\r\n` : "";
  const { answers, text } = await exchange(
    port,
    Buffer.concat([
      bytesOf(`${method} ${target} HTTP/1.1\r\n${fields}${length}Connection: close\r\n\r\n`),
      bytesOf(body),
    ]),
    { isOpen: true },
  );
  if (method === "HEAD" && answers[0]) return { ...answers[0], text };
  if (answers.length !== 1) throw new Error(`${method} ${target}: ${answers.length} answers: ${text.slice(0, 300)}`);
  return { ...answers[0], text };
};

// What an answer tells whoever compares it with another: everything but what differs each time.
export const comparable = ({ status, fields, body }) => {
  const id = fields.find(([name]) => name === "x-request-id")?.[1];
  return JSON.stringify({
    status,
    fields: fields.filter(([name]) => !["x-request-id", "date"].includes(name)),
    body: id ? body.replaceAll(id, "ID") : body,
  });
};
