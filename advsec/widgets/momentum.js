// Lecture 2: momentum in a long valley. The two curvatures of the valley are the ends of a ruler, which one moves
// about the plane of rate and memory: where both ends lie in the wedge, both directions shrink at the same rate.
import { COLOURS, mount, number } from "./common.js";

const CURVATURES = [1, 20]; // along the valley and across it

/** Larger modulus of the roots of r² − (1 + β − x) r + β: what an error keeps per step, with x = α λ. */
export function factor(x, beta) {
  const half = (1 + beta - x) / 2;
  const square = half * half - beta;
  return square < 0 ? Math.sqrt(beta) : Math.abs(half) + Math.sqrt(square);
}

/** What the error does meanwhile. */
export function course(x, beta) {
  const half = (1 + beta - x) / 2;
  if (factor(x, beta) >= 1) return "explodes";
  if (half * half < beta) return "swings";
  return half > 0 ? "creeps" : "jumps across";
}

/** Weights before, between and after the steps v ← β v + g, w ← w − α v, from rest. */
export function path([flat, steep], alpha, beta, steps) {
  let [w, v] = [[flat, steep], [0, 0]];
  const trail = [w];
  for (let t = 0; t < steps; t += 1) {
    v = v.map((each, i) => beta * each + CURVATURES[i] * w[i]);
    w = w.map((each, i) => each - alpha * v[i]);
    trail.push(w);
  }
  return trail;
}

export function loss([flat, steep]) {
  return (CURVATURES[0] * flat * flat + CURVATURES[1] * steep * steep) / 2;
}

/** Steps until the loss is at most a millionth of the first; Infinity beyond `most`. */
export function stepsNeeded(start, alpha, beta, most) {
  const found = path(start, alpha, beta, most).findIndex((w, t) => t > 0 && loss(w) <= 1e-6 * loss(start));
  return found < 0 ? Infinity : found;
}

/** Outline of the (x, β) in which an error keeps at most r per step: [x, β] from the left foot to the right one. */
export function bounds(r, count = 24) {
  const betas = Array.from({ length: count + 1 }, (_, i) => (r * r * i) / count);
  const left = betas.map((beta) => [(1 - r) * (1 - beta / r), beta]);
  const right = betas.map((beta) => [(1 + r) * (1 + beta / r), beta]).reverse();
  return [...left, ...right];
}

const SHOWN = 60; // steps of the path that are drawn
const MOST = 2000;
const LOW = 0.0005; // of x on the axis
const MIDDLE = Math.sqrt(CURVATURES[0] * CURVATURES[1]);
const RADII = [0.99, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4];
const GENTLE = 2 / (CURVATURES[0] + CURVATURES[1]); // the best rate of gradient descent

function startOf({ w1, w2 }) {
  return [w1, w2];
}

function drawPlane(plot, { alpha, beta }) {
  const fill = (share) => `color-mix(in srgb, var(--blue) ${share}%, var(--paper))`;
  const inside = (points) => points.map(([x, y]) => [Math.max(x, LOW / 2), y]);
  [1, ...RADII].forEach((r, i) => {
    const corners = inside(bounds(r));
    plot.area(corners.map(([x]) => x), corners.map(([, y]) => y), { fill: fill(62 - 7.5 * i) });
  });
  const rows = Array.from({ length: 60 }, (_, i) => i / 60);
  plot.line(rows.map((b) => (1 - Math.sqrt(b)) ** 2), rows, { stroke: COLOURS.ink, width: 1.5, dash: "6 4" });
  plot.line(rows.map((b) => (1 + Math.sqrt(b)) ** 2), rows, { stroke: COLOURS.ink, width: 1.5, dash: "6 4" });
  plot.line(rows.map((b) => 2 * (1 + b)), rows, { stroke: COLOURS.ink, width: 1.5 });
  plot.text(0.0011, 0.28, "creeps");
  plot.text(0.55, 0.6, "swings", { anchor: "middle" });
  const ends = CURVATURES.map((curvature) => alpha * curvature);
  plot.line(ends, [beta, beta], { stroke: COLOURS.ink, width: 3 });
  plot.mark(ends[0], beta, { shape: "circle", size: 7, fill: COLOURS.green });
  plot.mark(ends[1], beta, { shape: "square", size: 6.5, fill: COLOURS.vermillion });
}

function drawValley(plot, values) {
  const circle = Array.from({ length: 73 }, (_, i) => (2 * Math.PI * i) / 72);
  for (const level of [0.5, 4, 16, 40, 80, 140]) {
    const [a, b] = CURVATURES.map((curvature) => Math.sqrt((2 * level) / curvature));
    plot.line(circle.map((t) => a * Math.cos(t)), circle.map((t) => b * Math.sin(t)), { stroke: COLOURS.faint, width: 1.5 });
  }
  plot.mark(0, 0, { shape: "diamond", size: 5, fill: COLOURS.ink });
  const trail = path(startOf(values), values.alpha, values.beta, SHOWN);
  plot.line(trail.map(([x]) => x), trail.map(([, y]) => y), { stroke: COLOURS.blue, width: 1.8 });
  for (const [x, y] of trail) {
    if (Math.abs(x) < 12 && Math.abs(y) < 4.4) plot.mark(x, y, { size: 3, fill: COLOURS.blue, stroke: "none" });
  }
}

function counted(steps) {
  return Number.isFinite(steps) ? `${number(steps, 4)} steps` : `more than ${number(MOST, 4)} steps`;
}

function says(values) {
  const { alpha, beta } = values;
  const [flat, steep] = CURVATURES.map((curvature) => course(alpha * curvature, beta));
  const kept = CURVATURES.map((curvature) => number(factor(alpha * curvature, beta), 4));
  const fate = (way, share) => (way === "explodes" ? `it explodes, by ${share} per step` : `it ${way} and keeps ${share} per step`);
  const each = `Along the valley ${fate(flat, kept[0])}; across it, ${fate(steep, kept[1])}.`;
  if (flat === "explodes" || steep === "explodes") {
    return `${each} One direction that grows is enough: this rate is beyond 2(1 + β)/λ = ${number((2 * (1 + beta)) / CURVATURES[1])}.`;
  }
  const wedge = flat === "swings" && steep === "swings"
    ? ` Both ends of the ruler are in the wedge: both keep √β = ${kept[0]}, and the rate has no say.`
    : "";
  const plain = stepsNeeded(startOf(values), GENTLE, 0, MOST);
  return `${each}${wedge} The loss is down to a millionth after ${counted(stepsNeeded(startOf(values), alpha, beta, MOST))}; gradient descent at its best rate takes ${number(plain, 4)}.`;
}

const spec = {
  title: "A ruler in a wedge",
  task: "The ends of the ruler are the valley's two curvatures, 1 (circle) and 20 (square). The fainter the blue, the less an error keeps per step. Drag the ruler to where the loss is down to a millionth soonest. Is it as high up as possible?",
  controls: [
    { name: "alpha", label: "rate α", start: 0.01, min: 0.0005, max: 0.25, log: true },
    { name: "beta", label: "memory β", start: 0.9, min: 0, max: 0.99, step: 0.01 },
    { name: "w1", start: 10, min: -11, max: 11, hidden: true },
    { name: "w2", start: 3, min: -4, max: 4, hidden: true },
  ],
  plots: [
    {
      title: "Rate and memory",
      height: 300,
      axes: {
        x: { label: "αλ, without the factor 1 − β", low: LOW, high: 8, log: true, ticks: [0.001, 0.01, 0.1, 1, 4] },
        y: { label: "memory β", low: 0, high: 1 },
      },
      draw: drawPlane,
      alt: ({ alpha, beta }) => `The plane of αλ, logarithmic, and β, fainter where an error shrinks more quickly: faintest at the foot of a wedge, whose dashed sides rise from αλ = 1 and β = 0 to the left and to the right; blank beyond a line from αλ = 2 to αλ = 4, where errors grow. In it a level ruler from ${number(alpha * CURVATURES[0])} to ${number(alpha * CURVATURES[1])} at β = ${number(beta)}.`,
      handles: [
        {
          label: "ruler in the plot: rate and memory",
          at: ({ alpha, beta }) => [alpha * MIDDLE, beta],
          move: (_, x, y) => ({ alpha: Number((x / MIDDLE).toPrecision(3)), beta: Number(y.toFixed(2)) }),
          keys: ({ alpha, beta }, dx, dy) => ({ alpha: Number((alpha * 1.05 ** dx).toPrecision(3)), beta: Number((beta + dy / 100).toFixed(2)) }),
          text: ({ alpha, beta }) => `rate ${number(alpha)}, memory ${number(beta)}`,
        },
      ],
    },
    {
      title: "The way down",
      height: 300,
      axes: {
        x: { label: "weight along the valley", low: -12, high: 12, ticks: [-10, -5, 0, 5, 10] },
        y: { label: "weight across", low: -4.4, high: 4.4, ticks: [-4, -2, 0, 2, 4] },
      },
      draw: drawValley,
      alt: (values) => {
        const [flat, steep] = path(startOf(values), values.alpha, values.beta, SHOWN)[SHOWN];
        return `Contours of a long valley with the minimum at 0, and the way from (${number(values.w1)}, ${number(values.w2)}) in ${SHOWN} steps to (${number(flat)}, ${number(steep)}).`;
      },
      handles: [
        {
          label: "start, in the plot",
          at: startOf,
          move: (_, x, y) => ({ w1: Number(x.toFixed(1)), w2: Number(y.toFixed(1)) }),
          keys: ({ w1, w2 }, dx, dy) => ({ w1: Number((w1 + dx / 2).toFixed(1)), w2: Number((w2 + dy / 5).toFixed(1)) }),
          text: ({ w1, w2 }) => `${number(w1)} along the valley, ${number(w2)} across`,
        },
      ],
    },
  ],
  says,
};

export default { render: (context) => mount(context, spec) };
