// A field with choices to type towards: for selects whose options come from the app, and for several choices.

import { h, uniqueId } from "./dom.js";
import { words } from "./mrkdwn.js";

const flat = (answer) => answer?.options || (answer?.option_groups || []).flatMap((group) => group.options);

// `choices(text)` gives options, at once or later; `onchange` gets the list of chosen options.
export function picker({ label, placeholder, several, initial = [], choices, onchange, required }) {
  let chosen = [...initial];
  let options = [];
  let active = -1;
  let asked = 0;
  let timer;
  const listId = uniqueId("choices");
  const list = h("ul", { class: "choices", role: "listbox", id: listId, hidden: true, "aria-label": label });
  const chips = h("div", { class: "chips" });
  const field = h("input", {
    type: "text", role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false",
    "aria-controls": listId, "aria-label": label, "aria-required": required ? "true" : undefined, placeholder: placeholder || "Type to choose",
  });
  const node = h("div", { class: "picker" }, chips, field, list);
  const same = (one, other) => one.value === other.value;

  function draw() {
    chips.replaceChildren(...chosen.map((one) => h("span", { class: "chip" }, words(one.text),
      h("button", { type: "button", class: "icon", "aria-label": `Remove ${words(one.text)}`, onclick: () => set(chosen.filter((other) => !same(one, other))) }, "×"))));
    chips.hidden = chosen.length === 0;
  }

  function set(next) {
    chosen = next;
    draw();
    onchange?.(chosen);
  }

  // Whatever is still being looked up is for a list that nobody wants any more.
  function close() {
    clearTimeout(timer);
    asked++;
    list.hidden = true;
    active = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function mark(index) {
    active = options.length ? (index + options.length) % options.length : -1;
    [...list.children].forEach((one, place) => one.setAttribute("aria-selected", String(place === active)));
    const now = list.children[active];
    if (now) { field.setAttribute("aria-activedescendant", now.id); now.scrollIntoView({ block: "nearest" }); }
  }

  function take(option) {
    field.value = "";
    close();
    if (!several) return set([option]);
    set(chosen.some((one) => same(one, option)) ? chosen.filter((one) => !same(one, option)) : [...chosen, option]);
  }

  async function open() {
    const turn = ++asked;
    const found = flat({ options: await choices(field.value) });
    if (turn !== asked || document.activeElement !== field) return;
    options = found.filter((one) => one && !chosen.some((other) => same(one, other)));
    list.replaceChildren(...options.map((one) => h("li", {
      role: "option", id: uniqueId("choice"), "aria-selected": "false",
      onmousedown: (event) => { event.preventDefault(); take(one); },
    }, words(one.text), one.description && h("small", {}, words(one.description)))));
    if (!options.length) list.replaceChildren(h("li", { class: "none" }, "No matches"));
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
    if (options.length) mark(0);
  }

  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(open, 120); });
  field.addEventListener("focus", open);
  field.addEventListener("click", () => list.hidden && open());
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { event.preventDefault(); list.hidden ? open() : mark(active + 1); }
    else if (event.key === "ArrowUp") { event.preventDefault(); mark(active - 1); }
    else if (event.key === "Enter") { event.preventDefault(); if (!list.hidden && options[active]) take(options[active]); }
    else if (event.key === "Escape" && !list.hidden) { event.preventDefault(); event.stopPropagation(); close(); }
    else if (event.key === "Backspace" && !field.value && chosen.length) set(chosen.slice(0, -1));
  });
  draw();
  return { node, value: () => chosen, focus: () => field.focus() };
}
