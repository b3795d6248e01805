// What the moving figures share: controls, a plot that follows them, and a sentence that says what it shows.
// A figure is described by plain data and pure functions (see `mount`); nothing here knows any mathematics.

// Okabe and Ito's colours, by the names under which the style sheet sets them for light and dark pages; rust is
// vermillion for letters, which need more contrast than lines.
export const COLOURS = {
  ink: "var(--ink)", faint: "var(--faint)", shade: "var(--shade)", grey: "var(--grey)", paper: "var(--paper)",
  blue: "var(--blue)", vermillion: "var(--vermillion)", rust: "var(--rust)", green: "var(--green)", purple: "var(--purple)",
};

const LIGHT = `--ink: #1b1b1b; --faint: #dcdcdc; --shade: #ededed; --grey: #767676; --edge: #6b6b6b;
  --blue: #0072b2; --vermillion: #d55e00; --rust: #b34700; --green: #00815e; --purple: #a8497f; --paper: #ffffff;
  color-scheme: light;`;
const DARK = `--ink: #ececec; --faint: #3a3a3a; --shade: #2b2b2b; --grey: #9a9a9a; --edge: #a0a0a0;
  --blue: #56b4e9; --vermillion: #f0803c; --rust: #f0803c; --green: #2fc59a; --purple: #e29cc2; --paper: #141414;
  color-scheme: dark;`;
// A page says which it is by an attribute (Sphinx, JupyterLab) or a class (VS Code); else the system decides.
const STYLE = `
.advsec-widget { ${LIGHT}
  box-sizing: border-box; max-width: 60rem; margin: 0.5rem 0; padding: 0.75rem 1rem 1rem;
  border: 1px solid var(--faint); border-radius: 6px; background: var(--paper); color: var(--ink);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
[data-theme="dark"] .advsec-widget, [data-jp-theme-light="false"] .advsec-widget,
.vscode-dark .advsec-widget { ${DARK} }
@media (prefers-color-scheme: dark) {
  :root:not([data-theme="light"]) body:not([data-theme="light"], [data-jp-theme-light], .vscode-light)
  .advsec-widget { ${DARK} } }
.advsec-widget * { box-sizing: border-box; }
.advsec-widget .title { margin: 0 0 0.25rem; font-size: 1.05em; font-weight: 650; }
.advsec-widget .task { margin: 0 0 0.75rem; }
.advsec-widget .controls { display: flex; flex-wrap: wrap; gap: 0.6rem 1.5rem; align-items: end; margin: 0 0 0.5rem; }
.advsec-widget .control { display: grid; grid-template-columns: auto 1fr; gap: 0.15rem 0.6rem; flex: 1 1 13rem; }
.advsec-widget label { grid-column: 1 / -1; }
.advsec-widget input[type="number"], .advsec-widget select { width: 6.5em; min-height: 32px; padding: 0.2rem 0.4rem;
  border: 1px solid var(--edge); border-radius: 4px; background: var(--paper); color: var(--ink); font: inherit; }
.advsec-widget select { width: auto; max-width: 100%; grid-column: 1 / -1; }
.advsec-widget input[type="range"] { width: 100%; min-width: 0; height: 32px; margin: 0; accent-color: var(--blue);
  touch-action: pan-y; }
.advsec-widget button { min-height: 32px; padding: 0.2rem 0.9rem; border: 1px solid var(--edge); border-radius: 4px;
  background: var(--shade); color: var(--ink); font: inherit; cursor: pointer; }
.advsec-widget :is(input, select, button):focus-visible { outline: 3px solid var(--blue); outline-offset: 2px; }
.advsec-widget .plots { display: grid; gap: 0.5rem 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); }
.advsec-widget figure { margin: 0; min-width: 0; }
.advsec-widget figcaption { margin: 0.2rem 0 0; font-weight: 600; }
.advsec-widget svg { display: block; overflow: visible; }
.advsec-widget svg text { fill: var(--ink); font-size: 12.5px; }
.advsec-widget svg .halo { stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; paint-order: stroke; }
.advsec-widget .handle { cursor: grab; touch-action: none; outline: none; }
.advsec-widget .handle:focus-visible .ring { stroke: var(--blue); stroke-width: 3px; }
.advsec-widget .says { margin: 0.75rem 0 0; min-height: 2.9em; padding: 0.5rem 0.75rem; border-left: 4px solid var(--blue);
  background: var(--shade); }
.advsec-widget table { width: 100%; margin: 0.75rem 0 0; border-collapse: collapse; font-size: 0.95em; color: var(--ink); }
.advsec-widget caption { padding: 0 0 0.25rem; text-align: left; font-weight: 600; color: var(--ink); }
.advsec-widget :is(th, td) { padding: 0.25rem 0.5rem; border: 0; border-bottom: 1px solid var(--faint); text-align: right;
  background: var(--paper); color: var(--ink); font-variant-numeric: tabular-nums; white-space: normal; }
.advsec-widget :is(th, td):first-child { padding-left: 0; text-align: left; font-weight: 400; }
.advsec-widget td span { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 0.95em; }
.advsec-widget td .right { color: var(--green); font-weight: 700; }
.advsec-widget td .wrong { color: var(--rust); text-decoration: underline; text-underline-offset: 3px; }
.advsec-widget td .lost { color: var(--grey); }
.advsec-widget td .kept { font-weight: 700; }
.advsec-widget .switches { display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; flex: 1 1 30rem; min-width: 0; margin: 0; padding: 0; border: 0; }
.advsec-widget .switches label { display: inline-flex; align-items: center; gap: 0.3rem; min-height: 28px; }
.advsec-widget .switches input { width: 18px; height: 18px; margin: 0; accent-color: var(--blue); }
.advsec-widget thead th { font-weight: 600 !important; }
`;

const SVG = "http://www.w3.org/2000/svg";
let made = 0; // figures on this page, so that the ids of labels differ

// --- Numbers as people write them ------------------------------------------------------------------------

/** A number with so many significant digits: 1,020, 0.0013, 3 × 10⁻⁹, ∞. */
export function number(value, digits = 3) {
  if (Number.isNaN(value)) return "no number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  let text;
  if (size >= 1e6 || size < 1e-4) {
    const [head, power] = size.toExponential(digits - 1).split("e");
    const raised = String(Number(power)).replace(/./g, (sign) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign] ?? "⁻");
    const times = head.includes(".") ? head.replace(/\.?0+$/, "") : head;
    text = times === "1" ? `10${raised}` : `${times} × 10${raised}`;
  } else {
    const rounded = Number(size.toPrecision(digits));
    text = rounded.toLocaleString("en", { maximumSignificantDigits: digits });
  }
  return (value < 0 ? "−" : "") + text;
}

/** A share as a percentage: 86.5 %. */
export function percent(share, decimals = 1) {
  return `${(100 * share).toFixed(decimals)} %`;
}

export function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

/** Round numbers between two ends: so many, or a few less. */
export function ticks(low, high, count = 5) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough * 0.999);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Powers of ten between two ends, thinned out where there are many. */
export function logTicks(low, high, count = 5) {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const stride = Math.max(1, Math.ceil((last - first + 1) / (count + 1)));
  const powers = [];
  for (let power = first; power <= last; power += stride) powers.push(Number(`1e${power}`));
  return powers;
}

// --- Elements --------------------------------------------------------------------------------------------

function element(parent, name, attributes = {}, text = "") {
  const made = name in SVG_NAMES ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  parent.append(made);
  return made;
}

const SVG_NAMES = Object.fromEntries(
  ["svg", "g", "path", "rect", "circle", "line", "text", "polygon"].map((name) => [name, true]),
);

// --- Controls --------------------------------------------------------------------------------------------

/** A number box and a slider that always say the same; `log` spaces the slider by factors. */
function numberControl(parent, spec, id, change) {
  const { label, min, max, step, log = false } = spec;
  const group = element(parent, "div", { class: "control" });
  element(group, "label", { for: id }, label);
  const box = element(group, "input", { id, type: "number", min, max, step: log ? "any" : step, inputmode: "decimal" });
  const places = log ? 1000 : Math.round((max - min) / step);
  const slider = element(group, "input", {
    type: "range", min: 0, max: places, step: log ? 5 : 1, "aria-label": `${label}, slider`,
  });
  const toPlace = (value) => (log ? places * (Math.log(value / min) / Math.log(max / min)) : (value - min) / step);
  const toValue = (place) => (log ? min * (max / min) ** (place / places) : min + place * step);
  const tidy = (value) => Number(clamp(value, min, max).toPrecision(log ? 3 : 12));
  box.addEventListener("input", () => {
    const value = box.valueAsNumber;
    if (value >= min && value <= max) change(value, box);
  });
  box.addEventListener("change", () => change(Number.isFinite(box.valueAsNumber) ? clamp(box.valueAsNumber, min, max) : null));
  if (log) {
    // A step of a number box is an addition; here it is to be a factor, as on the slider.
    box.addEventListener("keydown", (event) => {
      const turn = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (!turn) return;
      event.preventDefault();
      change(tidy(toValue(Math.round(toPlace(box.valueAsNumber)) + 5 * turn)));
    });
  }
  slider.addEventListener("input", () => change(tidy(toValue(slider.valueAsNumber)), slider));
  slider.addEventListener("change", () => change(tidy(toValue(slider.valueAsNumber))));
  return {
    allowed: (value) => (Number.isFinite(value) ? clamp(value, min, max) : null),
    show(value, source) {
      if (source !== box) box.value = Number(value.toPrecision(log ? 4 : 12));
      if (source !== slider) slider.value = toPlace(value);
      slider.setAttribute("aria-valuetext", number(value, 4));
    },
  };
}

/** A number that is moved by a handle alone. */
function handled(_, { min, max }) {
  return { allowed: (value) => (Number.isFinite(value) ? clamp(value, min, max) : null), show() {} };
}

/** A list to choose from. */
function choiceControl(parent, spec, id, change) {
  const group = element(parent, "div", { class: "control" });
  element(group, "label", { for: id }, spec.label);
  const list = element(group, "select", { id });
  for (const option of spec.options) element(list, "option", { value: option }, option);
  list.addEventListener("change", () => change(list.value));
  return {
    allowed: (value) => (spec.options.includes(value) ? value : null),
    show(value) { list.value = value; },
  };
}

/** Switches beside each other; the value is a whole number whose bits say which are on, the first the lowest. */
function switchesControl(parent, spec, id, change) {
  const group = element(parent, "fieldset", { class: "switches" });
  element(group, "legend", {}, spec.label);
  const boxes = spec.switches.map((name, i) => {
    const label = element(group, "label");
    const box = element(label, "input", { id: `${id}-${i}`, type: "checkbox" });
    label.append(` ${name}`);
    box.addEventListener("change", () => change(boxes.reduce((bits, each, bit) => bits + (each.checked ? 2 ** bit : 0), 0)));
    return box;
  });
  return {
    allowed: (value) => (Number.isInteger(value) && value >= 0 && value < 2 ** boxes.length ? value : null),
    show(value) { boxes.forEach((box, bit) => { box.checked = Boolean((value >> bit) & 1); }); },
  };
}

// --- A plot ----------------------------------------------------------------------------------------------

const MARGIN = { left: 60, right: 14, top: 10, bottom: 42 };

/** Axes drawn anew with every change, at the width the page has, so that letters keep their size. */
function makePlot(parent, spec, state, change) {
  const figure = element(parent, "figure");
  if (spec.title) element(figure, "figcaption", {}, spec.title);
  const svg = element(figure, "svg", { width: "100%" });
  const picture = element(svg, "g", { role: "img" });
  const handles = (spec.handles ?? []).map((each) => makeHandle(svg, each, state, change, () => plot));
  let plot = null;
  return {
    figure,
    draw() {
      const width = clamp(Math.floor(figure.clientWidth || 560), 240, 960);
      const height = spec.height ?? 260;
      svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      svg.setAttribute("height", height);
      picture.replaceChildren();
      const axes = typeof spec.axes === "function" ? spec.axes(state.values) : spec.axes;
      plot = makeAxes(picture, axes, width, height);
      spec.draw(plot, state.values);
      picture.setAttribute("aria-label", spec.alt(state.values));
      for (const handle of handles) handle.draw(plot);
    },
  };
}

function scale({ low, high, log = false }, from, to) {
  const position = log
    ? (value) => Math.log(value / low) / Math.log(high / low)
    : (value) => (value - low) / (high - low);
  const there = (value) => from + (to - from) * position(value);
  // What lies far outside is drawn just outside: no browser draws lines to infinity.
  const far = 3 * Math.abs(to - from);
  const [least, most] = [Math.min(from, to) - far, Math.max(from, to) + far];
  const at = (value) => {
    const pixel = there(value);
    return Number.isNaN(pixel) ? (log && value <= 0 ? from + Math.sign(from - to) * far : NaN) : clamp(pixel, least, most);
  };
  const back = (pixel) => {
    const share = clamp((pixel - from) / (to - from), 0, 1);
    return log ? low * (high / low) ** share : low + (high - low) * share;
  };
  return { at, back };
}

/** The frame of a plot, and what can be drawn into it in the units of its axes. */
function makeAxes(picture, { x, y }, width, height) {
  const left = y.hidden ? 8 : MARGIN.left;
  const [right, top, bottom] = [width - MARGIN.right, MARGIN.top, height - MARGIN.bottom];
  const across = scale(x, left, right);
  const up = scale(y, bottom, top);
  const clip = `advsec-clip-${(made += 1)}`;
  const mask = document.createElementNS(SVG, "clipPath");
  mask.setAttribute("id", clip);
  element(mask, "rect", { x: left, y: top - 2, width: right - left, height: bottom - top + 4 });
  picture.append(mask);
  const below = element(picture, "g");
  const inside = element(picture, "g", { "clip-path": `url(#${clip})` });
  const above = element(picture, "g");
  const label = (axis, value) => (axis.tick ?? ((each) => number(each, 3)))(value);
  const places = (axis, room) => axis.ticks ?? (axis.log ? logTicks : ticks)(axis.low, axis.high, room);
  for (const value of places(x, width < 380 ? 4 : 6)) {
    const at = across.at(value);
    element(below, "line", { x1: at, x2: at, y1: top, y2: bottom, stroke: COLOURS.faint });
    element(below, "text", { x: at, y: bottom + 17, "text-anchor": "middle" }, label(x, value));
  }
  for (const value of y.hidden ? [] : places(y, 5)) {
    const at = up.at(value);
    element(below, "line", { x1: left, x2: right, y1: at, y2: at, stroke: COLOURS.faint });
    element(below, "text", { x: left - 7, y: at + 4, "text-anchor": "end" }, label(y, value));
  }
  element(above, "path", { d: `M${left} ${top}V${bottom}H${right}`, fill: "none", stroke: COLOURS.ink });
  element(above, "text", { x: (left + right) / 2, y: height - 6, "text-anchor": "middle" }, x.label);
  if (!y.hidden) {
    const middle = (top + bottom) / 2;
    element(above, "text", { x: 0, y: 0, transform: `translate(12 ${middle}) rotate(-90)`, "text-anchor": "middle" }, y.label);
  }
  const paint = ({ fill = "none", stroke = "none", width = 2, dash = "", opacity = 1 }) => ({
    fill, stroke, "stroke-width": width, "stroke-dasharray": dash, opacity, "stroke-linejoin": "round",
  });
  const points = (xs, ys) =>
    xs.map((each, i) => [across.at(each), up.at(ys[i])]).filter((point) => point.every(Number.isFinite));
  return {
    x: across.at, y: up.at, xBack: across.back, yBack: up.back, left, right, top, bottom, width, height,
    line(xs, ys, look) {
      const path = points(xs, ys).map(([a, b]) => `${a.toFixed(2)} ${b.toFixed(2)}`).join("L");
      if (path) element(inside, "path", { d: `M${path}`, ...paint({ stroke: COLOURS.blue, ...look }) });
    },
    area(xs, ys, look) {
      const path = points(xs, ys).map(([a, b]) => `${a.toFixed(2)} ${b.toFixed(2)}`).join("L");
      if (path) element(inside, "path", { d: `M${path}Z`, ...paint({ fill: COLOURS.shade, ...look }) });
    },
    rect(x0, x1, y0, y1, look) {
      const [a, b, c, d] = [across.at(x0), across.at(x1), up.at(y0), up.at(y1)];
      const box = { x: Math.min(a, b), y: Math.min(c, d), width: Math.abs(b - a), height: Math.abs(d - c) };
      element(inside, "rect", { ...box, ...paint({ fill: COLOURS.blue, ...look }) });
    },
    /** A marker: "circle", "square", "triangle" or "diamond", told apart without colour. */
    mark(x, y, { shape = "circle", size = 6, ...look } = {}) {
      const [a, b] = [across.at(x), up.at(y)];
      if (!Number.isFinite(a + b)) return;
      element(above, "path", { d: outline(shape, a, b, size), ...paint({ fill: COLOURS.vermillion, stroke: COLOURS.paper, width: 1.5, ...look }) });
    },
    /** Words in the plot; `anchor` start, middle or end, `dx` and `dy` in pixels. */
    text(x, y, words, { anchor = "start", dx = 0, dy = 0, fill = COLOURS.ink } = {}) {
      const at = { x: across.at(x) + dx, y: up.at(y) + dy, "text-anchor": anchor, class: "halo", style: `fill: ${fill}` };
      element(above, "text", at, words);
    },
    upright(x, look) {
      const at = across.at(x);
      element(inside, "line", { x1: at, x2: at, y1: top, y2: bottom, ...paint({ stroke: COLOURS.ink, width: 1.2, ...look }) });
    },
    level(y, look) {
      const at = up.at(y);
      element(inside, "line", { x1: left, x2: right, y1: at, y2: at, ...paint({ stroke: COLOURS.ink, width: 1.2, ...look }) });
    },
  };
}

function outline(shape, x, y, r) {
  if (shape === "square") return `M${x - r} ${y - r}h${2 * r}v${2 * r}h${-2 * r}Z`;
  if (shape === "triangle") return `M${x} ${y - r * 1.15}L${x + r * 1.1} ${y + r * 0.85}H${x - r * 1.1}Z`;
  if (shape === "diamond") return `M${x} ${y - r * 1.3}L${x + r * 1.3} ${y}L${x} ${y + r * 1.3}L${x - r * 1.3} ${y}Z`;
  return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
}

/** What can be taken hold of in a plot, by mouse and finger, and by the arrow keys. It stays while the plot is
 *  drawn anew, and with it the focus. */
function makeHandle(svg, spec, state, change, plot) {
  const { label, at, move, keys, text } = spec;
  const group = element(svg, "g", { class: "handle", tabindex: 0, role: "slider", "aria-label": label });
  const target = element(group, "circle", { r: 22, fill: "transparent" });
  const ring = element(group, "circle", { class: "ring", r: 9, fill: COLOURS.paper, stroke: COLOURS.ink, "stroke-width": 2 });
  const dot = element(group, "circle", { r: 4, fill: COLOURS.ink });
  let held = false;
  const follow = (event, done) => {
    const box = svg.getBoundingClientRect();
    const [px, py] = [(event.clientX - box.left) * (plot().width / box.width), (event.clientY - box.top) * (plot().height / box.height)];
    change(move(state.values, plot().xBack(px), plot().yBack(py)), null, done);
  };
  group.addEventListener("pointerdown", (event) => {
    held = true;
    group.setPointerCapture(event.pointerId);
    group.focus({ preventScroll: true });
    event.preventDefault();
  });
  // Not left to touch-action, which browsers do not heed on every part of a drawing: the page would scroll instead.
  group.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  group.addEventListener("pointermove", (event) => { if (held) follow(event, false); });
  group.addEventListener("pointerup", (event) => { if (held) follow(event, true); held = false; });
  group.addEventListener("pointercancel", () => { held = false; });
  group.addEventListener("keydown", (event) => {
    const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [0, 0];
    if (!dx && !dy) return;
    event.preventDefault();
    change(keys(state.values, dx, dy), null, true);
  });
  return {
    draw(axes) {
      const [x, y] = at(state.values);
      for (const circle of [target, ring, dot]) {
        circle.setAttribute("cx", clamp(axes.x(x), axes.left, axes.right));
        circle.setAttribute("cy", clamp(axes.y(y), axes.top, axes.bottom));
      }
      group.setAttribute("aria-valuenow", Number(x.toPrecision(4)));
      group.setAttribute("aria-valuetext", text(state.values));
    },
  };
}

// --- A whole figure --------------------------------------------------------------------------------------

/**
 * Build a figure into the element of an anywidget, and keep it and the model together.
 *
 * spec = {
 *   title, task          what it is, and what to try
 *   controls: [{ name, label, start, min, max, step, log } or { name, label, start, options }
 *              or { name, label, start, switches }; with `hidden`, a number that is moved by a handle alone]
 *   plots: [{ title, height, axes: { x: { label, low, high, log, ticks, tick }, y } or (values) => axes,
 *             draw(plot, values), alt(values),
 *             handles: [{ label, at(values) -> [x, y], move(values, x, y) -> changes,
 *                         keys(values, dx, dy) -> changes, text(values) }] }]
 *   settle(changes, values) -> changes      optional: what else a change brings with it
 *   table(values) -> { caption, head: [...], rows: [[...]] }    optional; a cell is text, or [[text, kind], ...]
 *                       whose kinds are "right", "wrong", "kept" and "lost"
 *   says(values)         what the present numbers mean; read out when they change
 * }
 * `values` holds a value for every control by its name. A model that knows none of them changes nothing.
 */
export function mount({ model, el }, spec) {
  const id = `advsec-${(made += 1)}`;
  const root = element(el, "section", { class: "advsec-widget", "aria-labelledby": id });
  element(root, "style", {}, STYLE);
  element(root, "p", { class: "title", id }, spec.title);
  if (spec.task) element(root, "p", { class: "task" }, spec.task);
  const start = Object.fromEntries(spec.controls.map(({ name, start: value }) => [name, value]));
  const state = { values: { ...start } };
  const bar = element(root, "div", { class: "controls" });
  const controls = {};
  for (const control of spec.controls) {
    const kinds = { options: choiceControl, switches: switchesControl, hidden: handled };
    const make = Object.entries(kinds).find(([key]) => control[key])?.[1] ?? numberControl;
    const changed = (value, source = null) => change({ [control.name]: value }, source, source === null);
    controls[control.name] = make(bar, control, `${id}-${control.name}`, changed);
  }
  const reset = element(bar, "button", { type: "button" }, "Reset");
  reset.addEventListener("click", () => change(start, null, true));
  const row = element(root, "div", { class: "plots" });
  const plots = spec.plots.map((each) => makePlot(row, each, state, change));
  const says = element(root, "p", { class: "says", "aria-live": "polite" });
  const table = spec.table ? element(root, "table") : null;
  // JupyterLab would take the arrow keys for its own. It looks for this mark from what has the focus upwards, and
  // its keys already ask for what has the focus: on anything around it the mark comes too late.
  for (const part of root.querySelectorAll("input, select, button, .handle")) part.setAttribute("data-lm-suppress-shortcuts", "true");

  function allowed(changes) {
    const kept = {};
    for (const [name, value] of Object.entries(changes)) {
      const own = controls[name]?.allowed(value) ?? null;
      if (own !== null) kept[name] = own;
    }
    return kept;
  }
  /** Take new values; what was typed or dragged into `source` is left as it is. `done`: tell the model. */
  function change(changes, source, done) {
    let taken = allowed(changes);
    if (spec.settle) taken = { ...taken, ...allowed(spec.settle(taken, state.values)) };
    state.values = { ...state.values, ...taken };
    show(source);
    if (done) tell();
  }
  function tell() {
    for (const [name, value] of Object.entries(state.values)) model?.set?.(name, value);
    model?.save_changes?.();
  }
  function show(source = null) {
    for (const [name, control] of Object.entries(controls)) control.show(state.values[name], source);
    for (const plot of plots) plot.draw();
    const sentence = spec.says(state.values);
    if (says.textContent !== sentence) says.textContent = sentence;
    if (table) fillTable(table, spec.table(state.values));
  }

  const known = Object.fromEntries(Object.keys(controls).map((name) => [name, model?.get?.(name)]));
  state.values = { ...start, ...allowed(known) };
  show();
  const listeners = Object.keys(controls).map((name) => {
    const listen = () => {
      const value = model.get(name);
      if (value !== state.values[name]) change({ [name]: value }, null, false);
    };
    model?.on?.(`change:${name}`, listen);
    return () => model?.off?.(`change:${name}`, listen);
  });
  let width = 0;
  const watcher = new ResizeObserver(() => {
    if (row.clientWidth === width) return;
    width = row.clientWidth;
    for (const plot of plots) plot.draw();
  });
  watcher.observe(row);
  return () => {
    watcher.disconnect();
    for (const stop of listeners) stop();
    root.remove();
  };
}

function fillTable(table, { caption, head, rows }) {
  table.replaceChildren();
  element(table, "caption", {}, caption);
  const top = element(element(table, "thead"), "tr");
  for (const each of head) element(top, "th", { scope: "col" }, each);
  const body = element(table, "tbody");
  for (const [name, ...cells] of rows) {
    const row = element(body, "tr");
    element(row, "th", { scope: "row" }, name);
    for (const cell of cells) {
      const place = element(row, "td", {}, Array.isArray(cell) ? "" : cell);
      if (Array.isArray(cell)) for (const [part, kind] of cell) element(place, "span", { class: kind }, part);
    }
  }
}
