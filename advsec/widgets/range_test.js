// Lecture 3: a range test on a bowl of which the largest stable rate is known, beside training at one rate. The
// test's lowest point moves with the length of the test; the truth does not.
import { COLOURS, mount, number } from "./common.js";

const CURVATURES = [1, 10];
const START = [-2, 0.7];
const NOISE = 0.1; // standard deviation of each entry of the gradient
const [LEAST, MOST] = [0.001, 1]; // rates of the test
const STEPS = 60; // of the training
export const LIMIT = 2 / Math.max(...CURVATURES);

/** Rates of a test of n steps, each the same factor above the one before. */
export function rates(n) {
  return Array.from({ length: n }, (_, i) => LEAST * (MOST / LEAST) ** (i / (n - 1)));
}

/** Expected loss before and after each step of noisy gradient descent with these rates. */
export function losses(steps) {
  let squares = START.map((w) => w * w); // expected squares of the weights
  const loss = () => CURVATURES.reduce((sum, curvature, i) => sum + (curvature * squares[i]) / 2, 0);
  const found = [loss()];
  for (const rate of steps) {
    squares = squares.map((square, i) => (1 - rate * CURVATURES[i]) ** 2 * square + (rate * NOISE) ** 2);
    found.push(loss());
  }
  return found;
}

/** The rate after which the loss of a test of n steps is lowest. */
export function lowest(n) {
  const found = losses(rates(n)).slice(1);
  return rates(n)[found.indexOf(Math.min(...found))];
}

/** Expected loss in the course of training at one rate. */
export function training(rate) {
  return losses(Array(STEPS).fill(rate));
}

function drawTest(plot, { rate, n }) {
  const found = losses(rates(n)).slice(1);
  const best = lowest(n);
  plot.rect(LIMIT, MOST, 1e-4, 1e3, { fill: COLOURS.shade });
  plot.upright(LIMIT);
  plot.text(LIMIT, 200, "limit 2/λ", { anchor: "end", dx: -6 });
  plot.line(rates(n), found, { stroke: COLOURS.blue, width: 2.5 });
  plot.mark(best, Math.min(...found), { shape: "square", size: 5.5 });
  plot.text(Math.min(best, LIMIT), Math.min(...found), `lowest: ${number(best)}`, { anchor: "end", dx: -10, dy: 16 });
  plot.upright(rate, { stroke: COLOURS.green, width: 2, dash: "7 4" });
}

function drawTraining(plot, { rate, n }) {
  const steps = Array.from({ length: STEPS + 1 }, (_, t) => t);
  plot.line(steps, training(lowest(n)), { stroke: COLOURS.vermillion, dash: "2 3" });
  plot.line(steps, training(rate), { stroke: COLOURS.green, width: 2.5, dash: "7 4" });
  plot.line([22, 29], [300, 300], { stroke: COLOURS.green, width: 2.5, dash: "7 4" });
  plot.text(31, 300, `at ${number(rate)}`, { dy: 4 });
  plot.line([22, 29], [60, 60], { stroke: COLOURS.vermillion, dash: "2 3" });
  plot.text(31, 60, "at the test's lowest", { dy: 4 });
}

function ending(rate) {
  const [first, last] = [training(rate)[0], training(rate)[STEPS]];
  return last > first ? `explodes, to ${number(last)}` : `comes down from ${number(first)} to ${number(last)}`;
}

function says({ rate, n }) {
  const best = lowest(n);
  const where = best > LIMIT ? "beyond" : "below";
  const own = `Training at ${number(rate)} ${ending(rate)} in ${STEPS} steps.`;
  const there = `This test of ${n} steps is lowest at ${number(best)}, ${number(best / LIMIT)} times the limit of ${number(LIMIT)} and ${where} it: training there ${ending(best)}.`;
  return `${own} ${there}`;
}

const spec = {
  title: "What a range test has behind it",
  task: "Left, the loss while the rate rises step by step. Put the rate where you would train, judging by this curve, and see the training on the right. Then make the test shorter or longer: does the lowest point stay?",
  controls: [
    { name: "rate", label: "rate of the training", start: 0.02, min: LEAST, max: MOST, log: true },
    { name: "n", label: "steps of the test", start: 50, min: 20, max: 400, step: 5 },
  ],
  plots: [
    {
      title: "Range test",
      height: 280,
      axes: {
        x: { label: "rate, rising from step to step", low: LEAST, high: MOST, log: true },
        y: { label: "loss", low: 1e-4, high: 1e3, log: true, ticks: [1e-3, 1e-1, 10, 1000], tick: power },
      },
      draw: drawTest,
      alt: ({ rate, n }) => `Loss against the rate of a test of ${n} steps, both logarithmic: it falls, is lowest at ${number(lowest(n))} and rises steeply. Beyond ${number(LIMIT)}, shaded, a constant rate explodes. A dashed line marks the rate ${number(rate)}.`,
      handles: [
        {
          label: "rate of the training, in the plot",
          at: ({ rate }) => [rate, 2e-4],
          move: (_, x) => ({ rate: Number(x.toPrecision(3)) }),
          keys: ({ rate }, dx, dy) => ({ rate: Number((rate * 1.05 ** (dx + dy)).toPrecision(3)) }),
          text: ({ rate }) => number(rate),
        },
      ],
    },
    {
      title: "Training at one rate",
      height: 280,
      axes: {
        x: { label: "step", low: 0, high: STEPS },
        y: { label: "loss", low: 1e-4, high: 1e3, log: true, ticks: [1e-3, 1e-1, 10, 1000], tick: power },
      },
      draw: drawTraining,
      alt: ({ rate, n }) => `Loss against step, logarithmic. Dashed, at the rate ${number(rate)}: it ${ending(rate)}. Dotted, at the test's lowest point ${number(lowest(n))}: it ${ending(lowest(n))}.`,
    },
  ],
  says,
};

function power(value) {
  return value >= 1 ? number(value) : `10⁻${"⁰¹²³⁴"[Math.round(-Math.log10(value))]}`;
}

export default { render: (context) => mount(context, spec) };
