// Opens many connections, has each answer one request, and keeps them until standard input ends.
// node idle_connections.mjs PORT COUNT; prints how many stay once all are there.
import { connect } from "node:net";

const [port, count] = process.argv.slice(2).map(Number);
const atOnce = 200;
let begun = 0,
  open = 0;
const request = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

const one = () =>
  new Promise((done, failed) => {
    const socket = connect({ port, host: "127.0.0.1" });
    let text = "";
    socket.once("connect", () => socket.write(request));
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      const length = /content-length: (\d+)/i.exec(text)?.[1],
        head = text.indexOf("\r\n\r\n");
      if (length === undefined || head < 0 || text.length < head + 4 + Number(length)) return;
      open += 1;
      socket.removeAllListeners("data").resume();
      done();
    });
    socket.once("close", () => {
      open -= 1;
      failed(new Error("a connection was closed"));
    });
    socket.once("error", failed);
  });
const worker = async () => {
  while (begun < count) {
    begun += 1;
    await one();
  }
};
await Promise.all(Array.from({ length: atOnce }, worker));
console.log(`open ${open}`);
process.stdin.resume().once("end", () => process.exit(0));
