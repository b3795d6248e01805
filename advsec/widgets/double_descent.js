// Lecture 5: polynomials of every degree on one grid of examples, also with more weights than examples.
//
// y = sin(2πx) + noise at m places, evenly spread on [0, 1]; features T_k(2x - 1) / max(k, 1), T_k of Chebyshev;
// least squares with a penalty, or the shortest weights. A fit is linear in y, so that its bias and its variance
// over the noise are exact: nothing is drawn.
import { COLOURS, mount, number } from "./common.js";

export const NOISE = 0.3;
export const truth = (x) => Math.sin(2 * Math.PI * x);
export const places = (m) => Array.from({ length: m }, (_, i) => (i + 0.5) / m);
export const GRID = Array.from({ length: 101 }, (_, i) => i / 100);

/** Features of one place, as many as there are weights: 1, and then degree after degree. */
export function features(x, weights) {
  const t = 2 * x - 1;
  const row = [1, t];
  for (let k = 2; k < weights; k++) row.push(2 * t * row[k - 1] - row[k - 2]);
  return row.slice(0, weights).map((value, k) => value / Math.max(k, 1));
}

/** What all penalties share: the singular values of the features, and what a fit makes of each direction. */
export function directions(m, weights) {
  const rows = places(m).map((x) => features(x, weights));
  // The shorter side is turned until its vectors are at right angles.
  const wide = weights > m;
  const { vectors, turns } = rightAngles(wide ? rows : transposed(rows));
  const lengths = vectors.map((vector) => Math.hypot(...vector));
  const cutoff = Number.EPSILON * Math.max(m, weights) * Math.max(...lengths);
  const grid = GRID.map((x) => features(x, weights));
  return lengths
    .map((length, i) => {
      const unit = vectors[i].map((value) => value / length);
      const [inputs, outputs] = wide ? [turns[i], unit] : [unit, turns[i]];
      return { length, inputs, curve: grid.map((row) => dot(row, outputs)) };
    })
    .filter(({ length }) => length > cutoff);
}

/** One-sided Jacobi: rotations that make the given vectors orthogonal, and the same ones of unit vectors. */
function rightAngles(given) {
  const vectors = given.map((vector) => Float64Array.from(vector));
  const turns = given.map((_, i) => Float64Array.from(given, (_, j) => Number(i === j)));
  for (let sweep = 0, turned = true; turned && sweep < 40; sweep++) {
    turned = false;
    for (let i = 1; i < vectors.length; i++) {
      for (let j = 0; j < i; j++) {
        const [a, b] = [vectors[i], vectors[j]];
        const [aa, bb, ab] = [dot(a, a), dot(b, b), dot(a, b)];
        if (Math.abs(ab) <= 1e-15 * Math.sqrt(aa * bb)) continue;
        turned = true;
        const zeta = (bb - aa) / (2 * ab);
        const tan = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const cos = 1 / Math.hypot(1, tan);
        rotate(a, b, cos, cos * tan);
        rotate(turns[i], turns[j], cos, cos * tan);
      }
    }
  }
  return { vectors, turns };
}

function rotate(a, b, cos, sin) {
  for (let k = 0; k < a.length; k++) [a[k], b[k]] = [cos * a[k] - sin * b[k], sin * a[k] + cos * b[k]];
}

function dot(a, b) {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

const transposed = (rows) => rows[0].map((_, k) => rows.map((row) => row[k]));

/** The fit, at each point of the grid, as weights of the m examples: of shape (grid, m). */
export function smoother(along, l2) {
  return GRID.map((_, g) => {
    const row = new Float64Array(along[0].inputs.length);
    for (const { length, inputs, curve } of along) {
      const gain = (length / (length ** 2 + l2)) * curve[g];
      for (let j = 0; j < row.length; j++) row[j] += gain * inputs[j];
    }
    return row;
  });
}

/** Mean fit and standard deviation of the fits at each point of the grid, and the parts of the error. */
export function parts(rows) {
  const f = places(rows[0].length).map(truth);
  const mean = rows.map((row) => dot(row, f));
  const std = rows.map((row) => NOISE * Math.sqrt(dot(row, row)));
  const average = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    mean,
    std,
    bias2: average(mean.map((value, g) => (value - truth(GRID[g])) ** 2)),
    variance: average(std.map((value) => value ** 2)),
    noise: NOISE ** 2,
  };
}

/** One training set, fitted. */
export const fit = (rows, y) => rows.map((row) => dot(row, y));

/** Penalties by what the list calls them. */
export const PENALTIES = { none: 0, "10⁻⁶": 1e-6, "10⁻⁴": 1e-4, "0.01": 0.01, "1": 1 };

const MOST = 100; // degree
const DEGREES = Array.from({ length: MOST + 1 }, (_, degree) => degree).filter((degree) => degree <= 40 || degree % 5 === 0);
// One training set to look at: its noise, in standard deviations, from numpy's default_rng(0). It judges nothing.
const ONE_DRAW = [0.13, -0.13, 0.64, 0.1, -0.54, 0.36, 1.3, 0.95, -0.7, -1.27, -0.62, 0.04, -2.33, -0.22, -1.25, -0.73, -0.54, -0.32, 0.41, 1.04];
const seen = new Map();

function smootherOf({ degree, m, penalty }) {
  const key = `${m} ${degree}`;
  if (!seen.has(key)) seen.set(key, directions(m, degree + 1));
  return smoother(seen.get(key), PENALTIES[penalty]);
}

/** The parts of the error of one position, and their sum. */
export function position(values) {
  const rows = smootherOf(values);
  const own = parts(rows);
  const observed = places(values.m).map((x, i) => truth(x) + NOISE * ONE_DRAW[i]);
  return { ...own, total: own.bias2 + own.variance + own.noise, observed, fitted: fit(rows, observed) };
}

/** A part of the error in words; below this it is rounding. */
const small = (part, digits = 2) => (part < 1e-12 ? "below 10⁻¹²" : number(part, digits));
const errorOf = (values, degree) => position({ ...values, degree }).total;

function says(values) {
  const { degree, m, penalty } = values;
  const { bias2, variance, total } = position(values);
  const sum = `Squared bias ${small(bias2)} + variance ${number(variance, 2)} + noise ${number(NOISE ** 2)} = ${number(total)}.`;
  if (penalty !== "none") {
    const bare = errorOf({ ...values, penalty: "none" }, degree);
    return `${sum} Without a penalty it would be ${number(bare)}${bare > 2 * total ? ": the penalty holds what the examples leave free" : bare > total ? ", hardly more" : ", which is less: the penalty adds bias"}.`;
  }
  if (degree + 1 < m) {
    const best = DEGREES.slice(0, m - 1).reduce((one, other) => (errorOf(values, other) < errorOf(values, one) ? other : one));
    const place = degree === best ? "No lower degree, and none up to the number of examples, does better." : degree < best ? "A higher degree would lower the bias by more than it costs." : `Degree ${best} would do: what came after it is variance.`;
    return `${sum} ${place}`;
  }
  if (degree + 1 === m) return `${sum} As many weights as examples: one polynomial passes through all of them, and it bends at any price.`;
  const peak = errorOf(values, m - 1);
  const factor = peak / total;
  const fall = factor > 2 ? `The error is ${number(factor, 2)} times smaller than at degree ${m - 1}` : `The error is hardly smaller than at degree ${m - 1}`;
  return `${sum} ${fall}: of the many polynomials through all examples the shortest is taken, and the more there are, the less it has to bend.`;
}

const tick = (value) => `10${String(Math.round(Math.log10(value))).replace(/./g, (sign) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign] ?? "⁻")}`;

/** Names of lines where nothing else is drawn; `heights` are places on the upright axis. */
function legend(plot, left, right, heights, lines) {
  lines.forEach(([name, look], i) => {
    plot.line([left, right], [heights[i], heights[i]], look);
    plot.text(right, heights[i], name, { dx: 7, dy: 4 });
  });
}

const LOOKS = {
  truth: { stroke: COLOURS.ink, width: 2.5 },
  mean: { stroke: COLOURS.vermillion, dash: "7 5" },
  one: { stroke: COLOURS.blue, width: 1.6 },
  total: { stroke: COLOURS.faint, width: 8 },
  variance: { stroke: COLOURS.blue },
  bias2: { stroke: COLOURS.vermillion, dash: "7 5" },
  noise: { stroke: COLOURS.ink, width: 1.5, dash: "2 3" },
};

function drawFit(plot, values) {
  const { mean, std, observed, fitted } = position(values);
  const edge = (sign) => mean.map((value, g) => value + sign * std[g]);
  plot.area([...GRID, ...[...GRID].reverse()], [...edge(1), ...edge(-1).reverse()], { fill: COLOURS.shade });
  plot.line(GRID, GRID.map(truth), LOOKS.truth);
  plot.line(GRID, mean, LOOKS.mean);
  plot.line(GRID, fitted, LOOKS.one);
  places(values.m).forEach((x, i) => plot.mark(x, observed[i], { size: 3.5, fill: COLOURS.blue }));
  plot.rect(0, 0.5, -2.5, -0.95, { fill: COLOURS.paper, opacity: 0.9 });
  legend(plot, 0.03, 0.1, [-1.2, -1.7, -2.2], [["truth", LOOKS.truth], ["mean of all fits", LOOKS.mean], ["one of them", LOOKS.one]]);
}

/** Degrees up to the one that is chosen: what lies beyond shows when it is reached. */
function drawErrors(plot, values) {
  const reached = [...DEGREES.filter((degree) => degree < values.degree), values.degree];
  const all = reached.map((degree) => position({ ...values, degree }));
  const line = (name) => plot.line(reached, all.map((each) => each[name]), LOOKS[name]);
  plot.upright(values.m - 1, { stroke: COLOURS.grey, dash: "2 3" });
  plot.text(values.m - 1, HIGHEST, `${values.m} weights`, { dx: 5, dy: 14 });
  for (const name of ["total", "noise", "bias2", "variance"]) line(name);
  const names = { variance: "variance", bias2: "squared bias", noise: "noise", total: "sum" };
  legend(plot, 52, 61, [1e7, 1e6, 1e5, 1e4], Object.entries(names).map(([name, words]) => [words, LOOKS[name]]));
}

const [LOWEST, HIGHEST] = [1e-4, 1e8];

function table(values) {
  const { bias2, variance, noise, total } = position(values);
  return {
    caption: `Expected squared error of degree ${values.degree}, averaged over [0, 1]`,
    head: ["squared bias", "variance", "noise", "sum"],
    rows: [[small(bias2, 3), number(variance), number(noise), number(total)]],
  };
}

const spec = {
  title: "Polynomials beyond all reason",
  task: "Raise the degree to 19, then guess: is degree 100 better or worse? Go there. Then: at degree 19, do more examples help? How small a penalty is enough?",
  controls: [
    { name: "degree", label: "degree of the polynomial", start: 3, min: 0, max: MOST, step: 1 },
    { name: "m", label: "examples m", start: 20, min: 5, max: 20, step: 1 },
    { name: "penalty", label: "penalty λ", start: "none", options: Object.keys(PENALTIES) },
  ],
  plots: [
    {
      title: "The fit",
      height: 280,
      axes: {
        x: { label: "x", low: 0, high: 1, ticks: [0, 0.25, 0.5, 0.75, 1] },
        y: { label: "y", low: -2.5, high: 2.5, ticks: [-2, -1, 0, 1, 2] },
      },
      draw: drawFit,
      alt: (values) => {
        const { mean, std } = position(values);
        const off = Math.sqrt(mean.reduce((sum, value, g) => sum + (value - truth(GRID[g])) ** 2, 0) / GRID.length);
        const spread = Math.sqrt(std.reduce((sum, value) => sum + value ** 2, 0) / GRID.length);
        return `One period of a sine, ${values.m} examples of it with noise, and the polynomial of degree ${values.degree} that is fitted to them. The mean of all fits, dashed, is ${number(off, 2)} off the sine, a fit ${number(spread, 2)} off their mean, as root mean squares; a band shows one standard deviation.`;
      },
    },
    {
      title: "What the error is made of",
      height: 280,
      axes: {
        x: { label: "degree", low: 0, high: MOST, ticks: [0, 20, 40, 60, 80, 100] },
        y: { label: "squared error", low: LOWEST, high: HIGHEST, log: true, tick },
      },
      draw: drawErrors,
      alt: (values) => {
        const { bias2, variance, total } = position(values);
        return `Parts of the squared error against the degree, up to degree ${values.degree}, the error axis logarithmic. There squared bias is ${small(bias2)}, variance ${number(variance, 2)}, the sum with the noise ${number(total)}. A thin line marks as many weights as examples, ${values.m}.`;
      },
      handles: [
        {
          label: "degree of the polynomial, in the plot",
          at: (values) => [values.degree, position(values).total],
          move: (_, x) => ({ degree: Math.round(x) }),
          keys: ({ degree }, dx) => ({ degree: degree + dx }),
          text: ({ degree }) => `degree ${degree}`,
        },
      ],
    },
  ],
  says,
  table,
};

export default { render: (context) => mount(context, spec) };
