// What a page does beside being read: its figures move where they can, and what scrolls can be reached by keyboard.

/** What a widget asks of JupyterLab's model: it starts from its own values, and nobody else listens. */
class Model {
  #values = {};
  #listeners = [];
  get(name) {
    return this.#values[name];
  }
  set(name, value) {
    const names = typeof name === "object" ? name : { [name]: value };
    Object.assign(this.#values, names);
    for (const each of Object.keys(names)) this.#tell(`change:${each}`, names[each]);
    this.#tell("change");
  }
  #tell(event, value) {
    for (const [known, listener] of this.#listeners) if (known === event) listener(this, value);
  }
  on(events, listener) {
    for (const event of events.split(" ")) this.#listeners.push([event, listener]);
  }
  off(events, listener) {
    const gone = new Set(events?.split(" "));
    this.#listeners = this.#listeners.filter(
      ([known, own]) => (events && !gone.has(known)) || (listener && own !== listener),
    );
  }
  save_changes() {}
  send() {}
}

async function move(still) {
  const module = await import(new URL(`../widgets/${still.dataset.widget}.js`, import.meta.url));
  const el = document.createElement("div");
  await module.default.render({ model: new Model(), el });
  still.append(el);
  still.classList.add("moves"); // the picture that stood in for it goes
}

for (const still of document.querySelectorAll("figure[data-widget]")) move(still);

const SCROLLS = "pre, .table-wrapper, .formula";

function reach(entries) {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
}

const sizes = new ResizeObserver(reach);
for (const each of document.querySelectorAll(SCROLLS)) sizes.observe(each);
