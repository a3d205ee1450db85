import { execFileSync } from "node:child_process";

// A certificate of its own authority, for two days. `alternative`: for whom it is ("DNS:localhost",
// "IP:127.0.0.1"); both files are written as PEM.
export const writeCertificate = (alternative, { key, certificate }) => {
  const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const subject = ["-subj", `/CN=${alternative.split(":")[1]}`, "-addext", `subjectAltName=${alternative}`];
  execFileSync("openssl", [...request, ...subject, "-keyout", key, "-out", certificate], { stdio: "pipe" });
};
