// Lecture 4: the error of a numerical derivative against its step, and the digits that a difference loses.
//
// f(x) = x·x·x at x = 1, where f' = 3. Its operations are those of IEEE 754, which round in JavaScript as they do
// in numpy: every digit is that of advsec.gradient_check.numerical_gradient.
import { COLOURS, mount, number } from "./common.js";

export const PRECISIONS = {
  double: { round: (x) => x, unit: 2 ** -53, digits: 17 },
  single: { round: Math.fround, unit: 2 ** -24, digits: 9 },
};
export const METHODS = ["central", "forward", "complex"];
export const TRUTH = 3;

/** The two values of f whose difference is taken, and the slope that comes out. */
export function difference(method, precision, eps) {
  const { round } = PRECISIONS[precision];
  const step = round(eps);
  const cube = (x) => round(round(x * x) * x);
  if (method === "complex") return { values: [], slope: round(imaginaryPart(step, round) / step) };
  const above = cube(round(1 + step));
  const below = method === "central" ? cube(round(1 - step)) : cube(1);
  const width = round(method === "central" ? 2 * eps : eps);
  return { values: [above, below], slope: round(round(above - below) / width) };
}

/** That of (1 + i step)³, multiplied out as complex numbers are. */
function imaginaryPart(step, round) {
  const real = round(1 - round(step * step));
  const imaginary = round(step + step);
  return round(round(real * step) + imaginary);
}

/** What is left out of Taylor's formula, exactly: the slope in real numbers is 3 plus this. */
export function truncation(method, eps) {
  return { central: eps ** 2, forward: 3 * eps + eps ** 2, complex: -(eps ** 2) }[method];
}

/** At most so much is round-off: x ± ε is rounded, which counts three times in x·x·x, and so are two products. */
export function roundOff(method, precision, eps) {
  const { unit } = PRECISIONS[precision];
  if (method === "complex") return 4 * unit * TRUTH;
  const sizes = method === "central" ? (1 + eps) ** 3 + Math.abs(1 - eps) ** 3 : (1 + eps) ** 3;
  return (5 * unit * sizes) / (method === "central" ? 2 * eps : eps);
}

/** Relative error of the slope. */
export function error(method, precision, eps) {
  return Math.abs(difference(method, precision, eps).slope - TRUTH) / TRUTH;
}

/** How many decimals of a slope near 3 are right, as in rounding: 2.9996 has three. */
export function rightDecimals(slope, most) {
  const off = Math.abs(slope - TRUTH);
  if (off === 0) return most;
  return Math.min(most, Math.max(-1, Math.floor(-Math.log10(2 * off))));
}

/** The exponent k, a whole number, for which a step of 10^k has the smallest error. */
export function bestExponent(method, precision) {
  const exponents = Array.from({ length: 17 }, (_, k) => -k);
  const errors = exponents.map((k) => error(method, precision, 10 ** k));
  return exponents[errors.indexOf(Math.min(...errors))];
}

const STEPS = Array.from({ length: 129 }, (_, k) => 10 ** (-k / 8));
const COUNTS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
const inWords = (count, what) => `${COUNTS[count] ?? count} ${what}${count === 1 ? "" : "s"}`;
const power = (exponent) => `10${String(exponent).replace(/./g, (sign) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign] ?? "⁻")}`;
const tick = (value) => power(Math.round(Math.log10(value)));

/** Everything that is shown of one position. */
export function position({ exponent, method, precision }) {
  const eps = Number(`1e${exponent}`);
  const { values, slope } = difference(method, precision, eps);
  const { round, digits } = PRECISIONS[precision];
  const left = truncation(method, eps);
  const right = 1 + rightDecimals(slope, digits - 1);
  return { eps, values, gap: round(values[0] - values[1]), slope, truncation: left, roundOff: slope - TRUTH - left, right };
}

function says(values) {
  const { exponent, method, precision } = values;
  const here = position(values);
  const right = here.right ? `The slope is right to ${inWords(here.right, "digit")}.` : "Not one digit of the slope is right.";
  const [left, rounding] = [Math.abs(here.truncation), Math.abs(here.roundOff)];
  const sizes = `Truncation is ${number(left, 2)}, round-off ${number(rounding, 2)}`;
  if (method === "complex") {
    return `${right} Nothing is subtracted, so nothing cancels: the step can be as small as you like, and truncation is all that was ever lost.`;
  }
  if (here.slope === 0) {
    return `Nothing is left of the slope: 1 + ε is rounded to 1, and the computer subtracts a number from itself.`;
  }
  if (left < 10 * rounding && rounding < 10 * left) {
    return `${right} ${sizes}: of similar size, so this is near the best step. A smaller one costs digits by round-off, a larger one by truncation.`;
  }
  if (left >= rounding) {
    const gained = inWords(method === "central" ? 2 : 1, "digit");
    return `${right} ${sizes}: what is wrong is Taylor's formula, and a step ten times smaller takes ${gained} off truncation.`;
  }
  const lost = Math.max(0, Math.round(-Math.log10(Math.abs(here.gap))));
  const best = bestExponent(method, precision);
  const advice = exponent === best ? "No other power of ten does better." : `The best power of ten is ${power(best)}.`;
  return `${right} ${sizes}: the subtraction has cancelled about ${inWords(lost, "digit")} of the values, and a step ten times smaller costs one more. ${advice}`;
}

function draw(plot, values) {
  const { method, precision, exponent } = values;
  const relative = (part) => STEPS.map((eps) => Math.abs(part(eps)) / TRUTH);
  const [left, rounding] = [relative((eps) => truncation(method, eps)), relative((eps) => roundOff(method, precision, eps))];
  plot.line(STEPS, STEPS.map((_, i) => left[i] + rounding[i]), { stroke: COLOURS.shade, width: 9 });
  plot.line(STEPS, left, { stroke: COLOURS.blue });
  plot.line(STEPS, rounding, { stroke: COLOURS.vermillion, dash: "7 5" });
  for (const eps of STEPS) {
    const off = error(method, precision, eps);
    if (off > 0) plot.mark(eps, off, { size: 2.4, fill: COLOURS.grey, width: 0 });
  }
  const names = method === "complex" ? [1e-6, 1e-12] : [method === "central" ? 1e-4 : 1e-7, precision === "double" ? 1e-12 : 1e-6];
  plot.text(names[0], Math.abs(truncation(method, names[0])) / TRUTH, "truncation", { dx: 8, dy: 16, fill: COLOURS.blue });
  plot.text(names[1], roundOff(method, precision, names[1]) / TRUTH, "round-off, at most", { dx: 6, dy: -8, fill: COLOURS.rust });
  plot.upright(10 ** exponent, { dash: "2 3" });
}

function alt(values) {
  const { method, precision, exponent } = values;
  const best = bestExponent(method, precision);
  const off = (k) => number(error(method, precision, 10 ** k), 2);
  return `Relative error against the step, both axes logarithmic: 129 dots between the lines of truncation and round-off. At the best power of ten, ${power(best)}, it is ${off(best)}; at the marked step, ${power(exponent)}, it is ${off(exponent)}.`;
}

function table(values) {
  const { method, precision, exponent } = values;
  const { values: pair, gap, slope, right } = position(values);
  const decimals = precision === "double" ? 16 : 8;
  const fixed = (value) => value.toFixed(decimals);
  const rows = [];
  if (method !== "complex") {
    const [zeros] = fixed(gap).match(/^[0.]*/);
    rows.push(["f(1 + ε)", [[fixed(pair[0]), ""]]], [method === "central" ? "f(1 − ε)" : "f(1)", [[fixed(pair[1]), ""]]]);
    rows.push(["difference", [[zeros, "lost"], [fixed(gap).slice(zeros.length), "kept"]]]);
  }
  const name = { central: "difference / 2ε", forward: "difference / ε", complex: "imaginary part of f(1 + iε), / ε" }[method];
  rows.push([name, slopeDigits(slope, right, decimals)]);
  return { caption: `The digits, for ε = ${power(exponent)}: f(x) = x·x·x at 1, slope 3`, head: ["", "in the computer"], rows };
}

/** The slope, cut between its right digits and the others. */
function slopeDigits(slope, right, decimals) {
  const text = slope.toFixed(decimals);
  const cut = right > 0 ? Math.min(text.length, right + 1) : 0;
  return [[text.slice(0, cut), "right"], [text.slice(cut), "wrong"]];
}

const spec = {
  title: "How small a step?",
  task: "Which power of ten gives the most right digits? Guess, then make the step smaller, ten times each time. Watch the difference: which of its digits are still information?",
  controls: [
    { name: "exponent", label: "step ε = 10 to the power", start: -2, min: -16, max: 0, step: 1 },
    { name: "method", label: "difference", start: "central", options: METHODS },
    { name: "precision", label: "numbers", start: "double", options: Object.keys(PRECISIONS) },
  ],
  plots: [
    {
      height: 300,
      axes: {
        x: { label: "step ε", low: 1e-16, high: 1, log: true, tick },
        y: { label: "relative error of the slope", low: 1e-17, high: 10, log: true, tick },
      },
      draw,
      alt,
      handles: [
        {
          label: "step ε, in the plot",
          at: ({ exponent, method, precision }) => [10 ** exponent, Math.max(1e-17, error(method, precision, 10 ** exponent))],
          move: (_, x) => ({ exponent: Math.round(Math.log10(x)) }),
          keys: ({ exponent }, dx) => ({ exponent: exponent + dx }),
          text: ({ exponent }) => `ε = ${power(exponent)}`,
        },
      ],
    },
  ],
  says,
  table,
};

export default { render: (context) => mount(context, spec) };
