// Lecture 6: a logistic unit with eight inputs, all of its 256 thinned networks, and the one pass that stands for them.
import { COLOURS, mount, number, percent } from "./common.js";

export const CONTRIBUTIONS = [0.9, -0.4, 0.7, 1.2, -0.8, 0.5, 0.3, 0.6]; // of each input to the sum, at size 1
export const OFFSET = -0.2;
export const sigma = (z) => 1 / (1 + Math.exp(-z));
const logSigma = (z) => -Math.log1p(Math.exp(-Math.abs(z))) + Math.min(z, 0);

/** What an output decides; a sum that is zero but for rounding decides nothing. */
export function vote(output) {
  if (Math.abs(output - 0.5) < 1e-9) return "undecided";
  return output > 0.5 ? "yes" : "no";
}

/** Every mask of n inputs, as a number whose bits say which are kept, with its probability. */
export function masks(p, n = CONTRIBUTIONS.length) {
  return Array.from({ length: 2 ** n }, (_, mask) => {
    const kept = bits(mask, n).filter(Boolean).length;
    return { mask, probability: p ** kept * (1 - p) ** (n - kept) };
  });
}

export function bits(mask, n = CONTRIBUTIONS.length) {
  return Array.from({ length: n }, (_, i) => Boolean((mask >> i) & 1));
}

/** The sum of the unit, of one thinned network. */
export function sumOf(mask, size) {
  const kept = bits(mask);
  return size * CONTRIBUTIONS.reduce((sum, c, i) => sum + (kept[i] ? c : 0), OFFSET);
}

/** One pass with p times the weights. */
export function onePass(p, size) {
  return sigma(size * (p * CONTRIBUTIONS.reduce((sum, c) => sum + c, 0) + OFFSET));
}

/** All networks: their outputs, the mean of these, and their normalised weighted geometric mean. */
export function ensemble(p, size) {
  const networks = masks(p).map(({ mask, probability }) => {
    const z = sumOf(mask, size);
    return { mask, probability, z, output: sigma(z) };
  });
  const expected = (value) => networks.reduce((sum, each) => sum + each.probability * value(each), 0);
  const logOdds = expected(({ z }) => logSigma(z)) - expected(({ z }) => logSigma(-z));
  const mean = expected(({ output }) => output);
  return {
    networks,
    mean,
    std: Math.sqrt(expected(({ output }) => (output - mean) ** 2)),
    geometric: sigma(logOdds),
    inFavour: expected(({ output }) => Number(vote(output) === "yes")),
  };
}

const BINS = 20;
const ALL = 2 ** CONTRIBUTIONS.length - 1;

/** Everything that is shown of one position. */
export function position({ p, size, mask }) {
  const all = ensemble(p, size);
  const { output, probability } = all.networks[mask];
  return { ...all, pass: onePass(p, size), own: { output, probability } };
}

/** Probability of the outputs in each of so many equal parts of [0, 1]. */
export function histogram(networks, bins = BINS) {
  const heights = new Array(bins).fill(0);
  // Rounded, so that an output on the edge of two parts falls into the upper one whatever its last digit.
  for (const { output, probability } of networks) heights[Math.min(bins - 1, Math.floor(Number(output.toFixed(9)) * bins))] += probability;
  return heights;
}


/** An output in words; of one that is nearly certain the digits say nothing. */
function inWords(output) {
  if (output > 0.9995 && output < 1) return "over 0.999";
  return output < 0.0005 && output > 0 ? "under 0.001" : number(output);
}

function says(values) {
  const { mean, pass, std, inFavour } = position(values);
  const numbers = `The mean of all 256 networks is ${inWords(mean)}, the one pass says ${inWords(pass)}`;
  if (std < 1e-9) return `${numbers}: all networks ${values.p === 1 ? "are the same one" : "give the same output"}, so there is nothing to average.`;
  const share = `${percent(inFavour, 0)} of the networks, by their probability, say yes`;
  if (vote(mean) !== vote(pass)) return `${numbers}: on different sides of ½. ${share}; together they would decide otherwise than the network that stands for them.`;
  const gap = Math.abs(pass - mean);
  const surer = Math.abs(pass - 0.5) > Math.abs(mean - 0.5) ? "surer than" : "less sure than";
  if (gap < 0.01) return `${numbers}: the same but for ${number(gap, 2)}. With so small a spread (${number(std, 2)}) the unit is nearly linear, and all averages agree.`;
  return `${numbers}: ${surer} the networks together by ${number(gap, 2)}. ${share}; the mean counts such votes, the pass averages the log-odds.`;
}

function draw(plot, values) {
  const { networks, mean, pass, own } = position(values);
  const heights = histogram(networks);
  plot.rect(0.5, 1, 0, 2, { fill: COLOURS.shade });
  heights.forEach((height, i) => plot.rect(i / BINS + 0.003, (i + 1) / BINS - 0.003, 0, height, { fill: COLOURS.grey, opacity: 0.55 }));
  const top = tallest(networks);
  plot.text(0, 1.53 * top, "no", { dx: 6 });
  plot.text(1, 1.53 * top, "yes", { dx: -6, anchor: "end" });
  const lines = [
    ["mean of all", mean, COLOURS.blue, COLOURS.blue, "circle", ""],
    ["one pass", pass, COLOURS.vermillion, COLOURS.rust, "triangle", "7 5"],
    ["this network", own.output, COLOURS.ink, COLOURS.ink, "diamond", "2 3"],
  ];
  lines.forEach(([name, output, stroke, letters, shape, dash], i) => {
    const height = top * (1.4 - 0.14 * i);
    plot.line([output, output], [0, height], { stroke, width: 2.2, dash });
    plot.mark(output, height, { shape, fill: stroke });
    const right = output > 0.62;
    plot.text(output, height, `${name} ${inWords(output)}`, { anchor: right ? "end" : "start", dx: right ? -11 : 11, dy: 4, fill: letters });
  });
}

const tallest = (networks) => Math.max(...histogram(networks));

function table(values) {
  const { mean, geometric, pass, own } = position(values);
  const row = (name, output) => [name, output.toFixed(4), vote(output)];
  return {
    caption: "A logistic unit with dropout on its eight inputs",
    head: ["", "output", "decides"],
    rows: [
      row("mean of all 256 thinned networks", mean),
      row("their normalised geometric mean", geometric),
      row("one pass, weights times p", pass),
      row(`the network of the ticks, of probability ${number(own.probability, 2)}`, own.output),
    ],
  };
}

const spec = {
  title: "256 networks and the one that stands for them",
  task: "Is one pass the mean of all thinned networks? Raise the size of the weights and see where the two lines go. Then look for a keep probability at which they decide differently, on two sides of ½.",
  controls: [
    { name: "size", label: "size of the weights", start: 0.5, min: 0, max: 12, step: 0.5 },
    { name: "p", label: "keep probability p", start: 0.5, min: 0.02, max: 1, step: 0.02 },
    { name: "mask", label: "inputs that this network keeps", start: ALL, switches: CONTRIBUTIONS.map((c) => number(c).replace(/^(?=\d)/, "+")) },
  ],
  plots: [
    {
      height: 280,
      axes: (values) => ({
        x: { label: "output of the unit", low: 0, high: 1, ticks: [0, 0.25, 0.5, 0.75, 1] },
        y: { label: "probability", low: 0, high: 1.65 * tallest(position(values).networks) },
      }),
      draw,
      alt: (values) => {
        const { networks, mean, pass, own, inFavour } = position(values);
        const ends = histogram(networks);
        return `Histogram of the outputs of 256 thinned networks, weighted by their probability: ${percent(ends[0], 0)} within the lowest twentieth, ${percent(ends[BINS - 1], 0)} within the highest, ${percent(inFavour, 0)} above one half. Lines: mean of all at ${inWords(mean)}, one pass at ${inWords(pass)}, this network at ${inWords(own.output)}.`;
      },
    },
  ],
  says,
  table,
};

export default { render: (context) => mount(context, spec) };
