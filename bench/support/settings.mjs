// What the environment says about how long and how much to measure.
import { fileURLToPath } from "node:url";
import { resolve } from "node:path";

const whole = (name, usual) => {
  const value = Number(process.env[name] ?? usual);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name} is to be a whole number of at least 1`);
  return value;
};

export const benchFolder = resolve(fileURLToPath(import.meta.url), "../..");
export const rounds = whole("BENCH_ROUNDS", 5);
export const seconds = whole("BENCH_SECONDS", 3);
export const rows = whole("BENCH_ROWS", 1_000_000);
export const fsync = process.env.BENCH_FSYNC ?? "off";
export const resultsFolder = process.env.BENCH_RESULTS ?? benchFolder;
// POSTGRES_POOL_SIZE and MINT_CONCURRENCY by default.
export const poolSize = 8;
export const mintsAtOnce = 16;
