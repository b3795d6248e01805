// Lecture 7: what one example does to the others of its batch, and what the batch does to it.
import { COLOURS, mount, number, percent } from "./common.js";

export const EPS = 1e-5;
const HALF_WIDTH = Math.sqrt(3); // of a uniform distribution with variance 1

/** A batch of m: the example that is moved comes first, the others are spread evenly, as training has seen them. */
export function batch(z, m) {
  const others = m - 1;
  const place = (i) => (others > 1 ? HALF_WIDTH * ((2 * i) / (others - 1) - 1) : 0);
  return [z, ...Array.from({ length: others }, (_, i) => place(i))];
}

export function moments(batch) {
  const mean = batch.reduce((sum, z) => sum + z, 0) / batch.length;
  const variance = batch.reduce((sum, z) => sum + (z - mean) ** 2, 0) / batch.length;
  return { mean, variance };
}

/** As in training: by the mean and the variance of the batch itself (gamma 1, beta 0). */
export function normalised(batch) {
  const { mean, variance } = moments(batch);
  return batch.map((z) => (z - mean) / Math.sqrt(variance + EPS));
}

/** As in use: by the running statistics, here those of the distribution, mean 0 and variance 1. */
export function inferred(batch) {
  return batch.map((z) => z / Math.sqrt(1 + EPS));
}

/** How fast the output of the first example grows with it: direct, less the paths through mean and variance. */
export function ownSlope(batch) {
  const { variance } = moments(batch);
  const [own] = normalised(batch);
  return (1 - 1 / batch.length - own ** 2 / batch.length) / Math.sqrt(variance + EPS);
}

/** No example of m can be further out than this, wherever it lies. */
export function limit(m) {
  return Math.sqrt(m - 1);
}

const FAR = 10;

/** A number; what is left of a sum that is zero but for rounding is zero. */
const shown = (value, digits = 3) => number(Math.abs(value) < 1e-12 ? 0 : value, digits);

/** Everything that is shown of one position. */
export function position({ z, m }) {
  const inputs = batch(z, m);
  const [training, use] = [normalised(inputs), inferred(inputs)];
  return { inputs, training, use, slope: ownSlope(inputs), limit: limit(m) };
}

const span = (values) => Math.max(...values) - Math.min(...values);

function says(values) {
  const { z, m } = values;
  const { inputs, training, slope, limit: most } = position(values);
  const own = shown(training[0]);
  if (m === 1) return "Alone, the example is its own mean: in training mode the output is 0 for every z, and every example looks the same.";
  if (m === 2 && Math.abs(training[0]) > 0.99) {
    return `With two examples nothing is left but which of them is larger: in training mode the outputs are ${own} and ${shown(training[1])}, wherever you move z.`;
  }
  if (m === 2) return `So close together that ε counts beside their variance: in training mode the outputs are ${own} and ${shown(training[1])}.`;
  const outside = `In training mode its output is ${own}; no example of ${m} gets beyond √(m − 1) = ${shown(most)}, and of a small step further ${percent(slope)} arrives.`;
  const share = span(training.slice(1)) / span(inputs.slice(1));
  const others = share < 0.95 ? `The others, to which nothing happened, are squeezed to ${percent(share, 0)} of their spread.` : "The others keep their spread.";
  return `${outside} ${others} In use each answer is its own: z comes out as ${shown(inferred([z])[0])}, and the others stay where they are.`;
}

function draw(outputs) {
  return (plot, values) => {
    const here = position(values);
    const ends = here[outputs];
    for (let i = here.inputs.length - 1; i >= 0; i--) {
      const own = i === 0;
      plot.line([here.inputs[i], ends[i]], [1, 0], own ? { stroke: COLOURS.vermillion, width: 3 } : { stroke: COLOURS.blue, width: 1.3, opacity: 0.8 });
    }
    here.inputs.forEach((input, i) => {
      if (i === 0) return;
      plot.mark(input, 1, { size: 3.5, fill: COLOURS.blue, width: 0.8 });
      plot.mark(ends[i], 0, { size: 3.5, fill: COLOURS.blue, width: 0.8 });
    });
    if (outputs === "training" && values.m > 1) {
      for (const side of [-1, 1]) plot.line([side * here.limit, side * here.limit], [-0.3, 0.2], { dash: "4 3", stroke: COLOURS.ink, width: 1.5 });
      plot.text(here.limit, -0.3, "√(m − 1)", { dx: 5, dy: -3 });
    }
    plot.mark(here.inputs[0], 1, { shape: "diamond", size: 6 });
    plot.mark(ends[0], 0, { shape: "diamond", size: 6 });
    plot.text(-FAR - 1.5, 1, "z", { dx: 4, dy: -10 });
    plot.text(-FAR - 1.5, 0, "output", { dx: 4, dy: 20 });
  };
}

const axes = {
  x: { label: "value", low: -FAR - 1.5, high: FAR + 1.5, ticks: [-10, -5, 0, 5, 10] },
  y: { label: "", low: -0.35, high: 1.25, hidden: true },
};
const picture = (title, outputs, rule) => ({
  title,
  height: 230,
  axes,
  draw: draw(outputs),
  alt: (values) => {
    const here = position(values);
    const others = here[outputs].slice(1);
    const between = others.length ? ` The other ${others.length} end between ${shown(Math.min(...others))} and ${shown(Math.max(...others))}.` : "";
    return `Lines from each z, above, to its output, below, ${rule}: the example that is moved goes from ${shown(values.z)} to ${shown(here[outputs][0])}.${between}`;
  },
});

function table(values) {
  const { inputs, training, use } = position(values);
  const range = (each) => {
    const [low, high] = [Math.min(...each.slice(1)), Math.max(...each.slice(1))];
    return each.length > 2 ? `${shown(low)} to ${shown(high)}` : each.length > 1 ? shown(low) : "–";
  };
  return {
    caption: `A batch of ${values.m}`,
    head: ["", "z", "in training", "in use"],
    rows: [
      ["the one that is moved", ...[inputs, training, use].map((each) => shown(each[0], 4))],
      ["the others, from – to", ...[inputs, training, use].map(range)],
    ],
  };
}

const spec = {
  title: "One example and its neighbours",
  task: "Move one example of the batch as far as you can. How large does its output get? And what happens to the others, which nobody touched? Then try a batch of two.",
  controls: [
    { name: "z", label: "z of one example", start: 0.5, min: -FAR, max: FAR, step: 0.1 },
    { name: "m", label: "examples in the batch, m", start: 8, min: 1, max: 64, step: 1 },
  ],
  plots: [
    {
      ...picture("In training: statistics of this batch", "training", "with the mean and the deviation of this batch"),
      handles: [
        {
          label: "z of one example, in the plot",
          at: ({ z }) => [z, 1],
          move: (_, x) => ({ z: Math.round(10 * x) / 10 }),
          keys: ({ z }, dx) => ({ z: Math.round(10 * z + dx) / 10 }),
          text: ({ z }) => `z = ${shown(z)}`,
        },
      ],
    },
    picture("In use: running statistics, 0 and 1", "use", "with the running mean 0 and deviation 1"),
  ],
  says,
  table,
};

export default { render: (context) => mount(context, spec) };
