// Medians, spreads and rows of tables.
import { rounds, seconds } from "./settings.mjs";

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b),
    middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

export const whole = (value) => Math.round(value).toLocaleString("en");
export const percent = (share) => `${Math.round(share * 100)} %`;
export const megabytes = (kilobytes) => (kilobytes / 1024).toFixed(1);
export const withSpread = (values, show) =>
  `${show(median(values))} (${show(Math.min(...values))} to ${show(Math.max(...values))})`;

// Round by round, so that what else the machine does meets both alike.
export const ratioOf = (values, peers) =>
  withSpread(
    values.map((value, i) => value / peers[i]),
    (ratio) => ratio.toFixed(2),
  );

// All contenders in turn, `rounds` times after one short turn each to warm up. Each has a
// `measure(seconds)` that gives `perSecond`, and may have `prepare` and `finish`, which are not
// measured.
export const alternate = async (contenders) => {
  const results = new Map(contenders.map((each) => [each.name, []]));
  for (let round = -1; round < rounds; round += 1) {
    for (const each of contenders) {
      await each.prepare?.(round);
      const result = await each.measure(round < 0 ? 1 : seconds, round);
      await each.finish?.(round);
      if (round >= 0) results.get(each.name).push(result);
    }
    if (round >= 0)
      console.error(
        `  round ${round + 1} of ${rounds}: ` +
          contenders.map((each) => `${each.name} ${whole(results.get(each.name)[round].perSecond)}/s`).join(", "),
      );
  }
  return (name) => {
    const taken = results.get(name);
    return { rates: taken.map((each) => each.perSecond), of: (pick) => median(taken.map(pick)) };
  };
};
