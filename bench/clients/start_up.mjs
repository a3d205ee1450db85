// How long a program takes from exec until it answers: node start_up.mjs PORT PROGRAM ARGS...;
// prints milliseconds. A connection is tried again the moment it is refused.
import { spawn } from "node:child_process";
import { connect } from "node:net";

const [port, command, ...args] = process.argv.slice(2);
const request = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
const patience = 20_000;

const child = spawn(command, args, { stdio: ["ignore", "ignore", "inherit"] }); // returns after exec
const begin = process.hrtime.bigint();
const attempt = () =>
  new Promise((done) => {
    const socket = connect({ port: Number(port), host: "127.0.0.1" }, () => socket.write(request));
    socket.once("data", (chunk) => {
      socket.destroy();
      done(chunk.toString("latin1").startsWith("HTTP/1.1 200"));
    });
    socket.once("error", () => done(false));
  });
let took = 0;
while (!(await attempt())) {
  took = Number(process.hrtime.bigint() - begin) / 1e6;
  if (took > patience || child.exitCode !== null) {
    child.kill("SIGKILL");
    throw new Error("it does not answer");
  }
}
took = Number(process.hrtime.bigint() - begin) / 1e6;
child.once("exit", () => console.log(took.toFixed(3)));
child.kill("SIGINT");
