// Corpora from data/, and what they become at random. A seed replays the same.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const read = (name) => readFileSync(fileURLToPath(new URL(`../data/${name}`, import.meta.url)), "utf8");

export const readJson = (name) => JSON.parse(read(name));
// One JSON string a line; a line that begins with # is a comment.
export const readLines = (name) =>
  read(name)
    .split("\n")
    .filter((line) => line && !line.startsWith("#"))
    .map((line) => JSON.parse(line));
// "{a*20000}" stands for a repetition.
export const expand = (text) => text.replace(/\{([^{}]+?)\*(\d+)\}/g, (_, piece, times) => piece.repeat(Number(times)));

// mulberry32: small, and the same on every machine.
export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }
  below(limit) {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * limit);
  }
  of(list) {
    return list[this.below(list.length)];
  }
}

export const mutants = Number(process.env.LLMAPIKEY_ATTACK_MUTANTS ?? 300);
export const seed = Number(process.env.LLMAPIKEY_ATTACK_SEED ?? Math.floor(Math.random() * 4_294_967_296));

const changes = [
  (random, text, at) => text.slice(0, at) + String.fromCharCode(random.below(256)) + text.slice(at + 1),
  (random, text, at) => text.slice(0, at) + text.slice(at + 1 + random.below(4)),
  (random, text, at) => text.slice(0, at) + text.slice(at, at + 1 + random.below(40)) + text.slice(at),
  (random, text, at, pieces) => text.slice(0, at) + random.of(pieces) + text.slice(at),
  (random, text, at, pieces, others) => text.slice(0, at) + random.of(others).slice(random.below(20)),
];

// One of `texts` with one to four changes; `pieces` are what may be put in.
export const mutate = (random, texts, pieces) => {
  let text = random.of(texts);
  for (let left = 1 + random.below(4); left > 0; left -= 1)
    text = random.of(changes)(random, text, random.below(text.length + 1), pieces, texts);
  return text;
};
