// Lecture 1: an exponential average beside a plain mean of n observations. At n = (1 + β)/(1 − β) they agree
// in four respects at once.
import { COLOURS, mount, number, percent } from "./common.js";

/** Number of observations in the plain mean that varies as much. */
export function effectiveWindow(beta) {
  return (1 + beta) / (1 - beta);
}

/** Weights of the observations of age 0, 1, ... */
export function weights(beta, count) {
  return Array.from({ length: count }, (_, age) => (1 - beta) * beta ** age);
}

/** Share of the weight on the newest n; also where the average is, n observations after a jump from 0 to 1. */
export function share(beta, n) {
  return 1 - beta ** n;
}

/** What an average and a plain mean of n make of independent observations of standard deviation 1. */
export function noise(beta, n) {
  return { average: 1 / Math.sqrt(effectiveWindow(beta)), mean: 1 / Math.sqrt(n) };
}

/** Mean age of the weights. */
export function age(beta, n) {
  return { average: beta / (1 - beta), mean: (n - 1) / 2 };
}

const LIMIT = 1 - Math.exp(-2); // of the weight on a long window N
const OLDEST = 48;
const AGES = Array.from({ length: OLDEST + 1 }, (_, i) => i);

function says({ beta, n }) {
  const N = effectiveWindow(beta);
  const held = `${percent(share(beta, n))} of the weight lies on the newest ${n}`;
  if (Math.abs(n - N) < 1e-6) {
    return `All four questions have the same answer: with β = ${number(beta, 4)} it is N = (1 + β)/(1 − β) = ${number(N, 4)}. The average is as noisy as a plain mean of ${n} and as old, ${held}, and ${n} observations after a jump it has taken in ${percent(share(beta, n))} of it.`;
  }
  const other = n < N ? "noisier and younger" : "calmer and older";
  const rule = Math.abs(n - 1 / (1 - beta)) < 1e-6 ? " This n is the other popular rule, 1/(1 − β)." : "";
  const near = Math.abs(n - N) < 0.5 ? `, and ${n} is the nearest whole number` : "";
  return `${held[0].toUpperCase()}${held.slice(1)}. A plain mean of ${n} is ${other} than the average; both agree at N = (1 + β)/(1 − β) = ${number(N, 4)}${near}.${rule}`;
}

function drawWeights(plot, { beta, n }) {
  plot.rect(-0.5, n - 0.5, 0, 1, { fill: COLOURS.shade });
  weights(beta, OLDEST + 1).forEach((weight, i) => {
    plot.rect(i - 0.38, i + 0.38, 0, weight, { fill: i < n ? COLOURS.blue : COLOURS.grey });
  });
  plot.line([-0.5, -0.5, n - 0.5, n - 0.5], [0, 1 / n, 1 / n, 0], { stroke: COLOURS.ink, dash: "6 4" });
  plot.mark(age(beta, n).mean, 0, { shape: "square", size: 6, fill: COLOURS.ink });
  plot.mark(age(beta, n).average, 0, { shape: "triangle", size: 9 });
}

function drawJump(plot, { beta, n }) {
  const reached = share(beta, n);
  plot.rect(0, n, 0, 2, { fill: COLOURS.shade });
  plot.level(1, { stroke: COLOURS.grey });
  plot.line([0, n, OLDEST], [0, 1, 1], { stroke: COLOURS.ink, dash: "6 4" });
  plot.line(AGES, AGES.map((count) => share(beta, count)), { stroke: COLOURS.blue, width: 2.5 });
  plot.mark(n, reached, { shape: "diamond" });
  const left = n > OLDEST * 0.6;
  plot.text(n, reached, `${percent(reached)} after ${n}`, { anchor: left ? "end" : "start", dx: left ? -12 : 12, dy: 22 });
}

function table({ beta, n }) {
  const [noisy, old, held] = [noise(beta, n), age(beta, n), share(beta, n)];
  const there = (more, than) => (more > than - 1e-9 ? "yes" : "no");
  return {
    caption: "Is a window of n wide enough?",
    head: ["", `n = ${n}`, "wanted", "there?"],
    rows: [
      ["noise of a plain mean of n", number(noisy.mean, 4), `≤ ${number(noisy.average, 4)}`, there(noisy.average, noisy.mean)],
      ["mean age in a plain mean of n", number(old.mean, 4), `≥ ${number(old.average, 4)}`, there(old.mean, old.average)],
      ["weight on the newest n", percent(held), `≥ ${percent(LIMIT)}`, there(held, LIMIT)],
      ["part of a jump after n", percent(held), `≥ ${percent(LIMIT)}`, there(held, LIMIT)],
    ],
  };
}

const spec = {
  title: "The memory of an average",
  task: "Set a memory β, then widen the window n: the dashed plain mean. Which n is the smallest for which the table says yes, and does each row want another one?",
  controls: [
    { name: "beta", label: "memory β", start: 0.9, min: 0.2, max: 0.95, step: 0.01 },
    { name: "n", label: "window n of a plain mean", start: 10, min: 1, max: 40, step: 1 },
  ],
  plots: [
    {
      title: "Weight of each observation",
      axes: ({ beta, n }) => ({
        x: { label: "age of the observation", low: -1, high: OLDEST, ticks: [0, 10, 20, 30, 40] },
        y: { label: "weight", low: 0, high: 1.12 * Math.max(1 - beta, Math.min(1 / n, 2.5 * (1 - beta))) },
      }),
      draw: drawWeights,
      alt: ({ beta, n }) => `Bars of weight against age, falling from ${number(1 - beta)} by the factor ${number(beta)}; a dashed rectangle of ${n} equal weights of ${number(1 / n)}. A triangle marks the mean age of the bars, ${number(age(beta, n).average)}, a square that of the rectangle, ${number(age(beta, n).mean)}.`,
    },
    {
      title: "After a jump from 0 to 1",
      axes: {
        x: { label: "observations since the jump", low: 0, high: OLDEST, ticks: [0, 10, 20, 30, 40] },
        y: { label: "average", low: 0, high: 1.12, ticks: [0, 0.5, 1] },
      },
      draw: drawJump,
      alt: ({ beta, n }) => `The average climbs from 0 towards 1, ever more slowly: ${percent(share(beta, n))} after ${n} observations. The plain mean of ${n}, dashed, is there after ${n}.`,
    },
  ],
  says,
  table,
};

export default { render: (context) => mount(context, spec) };
