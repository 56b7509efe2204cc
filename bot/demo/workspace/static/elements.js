// Elements that a person uses: buttons, menus, selects and inputs, in messages, modals and Home.
// Each returns {node, value}; `place` says where it stands and what a use of it sends.

import { h, uniqueId } from "./dom.js";
import { ask } from "./dialogs.js";
import { drawn } from "./icons.js";
import { words, textObject } from "./mrkdwn.js";
import { picker } from "./picker.js";
import { act, store } from "./store.js";

async function use(place, element, value, control) {
  if (element.confirm && !(await ask(element.confirm))) return;
  // Not disabled: that would take the focus away, and a modal that opens could not give it back.
  control?.setAttribute("aria-busy", "true");
  await act("click", {
    container: place.container, action_id: element.action_id, block_id: place.block_id, value, given: place.values(),
  });
  control?.removeAttribute("aria-busy");
}

function button(element, place) {
  const node = h("button", {
    type: "button", class: `button ${element.style || ""}`, "aria-label": element.accessibility_label,
    onclick: () => {
      if (node.hasAttribute("aria-busy")) return;
      if (element.url && /^https?:/i.test(element.url)) window.open(element.url, "_blank", "noopener,noreferrer");
      use(place, element, undefined, node);
    },
  }, drawn(words(element.text)));
  return { node };
}

function overflow(element, place) {
  const menu = h("ul", { class: "menu", role: "menu", hidden: true });
  const open = h("button", {
    type: "button", class: "button more", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": "More actions",
    onclick: () => toggle(menu.hidden),
  }, "⋯");
  const toggle = (shown) => {
    menu.hidden = !shown;
    open.setAttribute("aria-expanded", String(shown));
    if (shown) menu.querySelector("button").focus();
  };
  menu.append(...element.options.map((option) => h("li", { role: "none" },
    h("button", { type: "button", role: "menuitem", onclick: () => { toggle(false); open.focus(); use(place, element, option.value); } }, words(option.text)))));
  const node = h("span", {
    class: "overflow",
    onkeydown: (event) => {
      const items = [...menu.querySelectorAll("button")];
      const at = items.indexOf(document.activeElement);
      if (event.key === "Escape" && !menu.hidden) { event.stopPropagation(); toggle(false); open.focus(); }
      else if (event.key === "ArrowDown" && at >= 0) { event.preventDefault(); items[(at + 1) % items.length].focus(); }
      else if (event.key === "ArrowUp" && at >= 0) { event.preventDefault(); items[(at - 1 + items.length) % items.length].focus(); }
    },
    onfocusout: (event) => { if (!node.contains(event.relatedTarget)) toggle(false); },
  }, open, menu);
  return { node };
}

const optionsOf = (element) => element.options || (element.option_groups || []).flatMap((group) => group.options);

function staticSelect(element, place) {
  const option = (one) => h("option", { value: one.value, selected: one.value === element.initial_option?.value }, words(one.text));
  const node = h("select", { "aria-label": place.label || words(element.placeholder) || "Choose" },
    h("option", { value: "" }, words(element.placeholder) || "Choose…"),
    element.option_groups
      ? element.option_groups.map((group) => h("optgroup", { label: words(group.label) }, group.options.map(option)))
      : element.options.map(option));
  return single(node, element, place);
}

function listSelect(element, place, entries, initial) {
  const node = h("select", { "aria-label": place.label || words(element.placeholder) || "Choose" },
    h("option", { value: "" }, words(element.placeholder) || "Choose…"),
    entries.map(([id, name]) => h("option", { value: id, selected: id === initial }, name)));
  return single(node, element, place);
}

function single(node, element, place) {
  if (place.immediate) node.addEventListener("change", () => node.value && use(place, element, node.value, node));
  return { node, value: () => node.value || null };
}

const people = () => [...store.people.values()].filter((one) => !one.is_bot).map((one) => [one.id, one.name]);
const rooms = () => store.channels.filter((one) => one.kind !== "im").map((one) => [one.id, `#${one.name}`]);
const asOptions = (entries) => entries.map(([value, text]) => ({ value, text: { type: "plain_text", text } }));
const matching = (options) => (text) =>
  options.filter((one) => words(one.text).toLowerCase().includes(text.toLowerCase()));

function pick(element, place, choices, { several, ids }) {
  const given = element.initial_options || (element.initial_option ? [element.initial_option] : []);
  const made = picker({
    label: place.label || words(element.placeholder) || "Choose", placeholder: words(element.placeholder), several, choices,
    required: place.required, initial: given,
    onchange: (chosen) => place.immediate && use(place, element, result(chosen)),
  });
  const result = (chosen) => {
    const values = ids ? chosen.map((one) => one.value) : chosen;
    return several ? values : values[0] ?? null;
  };
  return { node: made.node, value: () => (made.value().length ? result(made.value()) : several ? [] : null) };
}

const fromApp = (element, place) => async (text) => {
  if (text.length < (element.min_query_length ?? 3)) return [];
  const answer = await act("suggest", { container: { ...place.container, block_id: place.block_id }, action_id: element.action_id, words: text });
  const found = answer?.done || {};
  return found.options || (found.option_groups || []).flatMap((group) => group.options);
};

function choices(element, place, type) {
  const name = uniqueId("choice");
  const initial = element.initial_options || (element.initial_option ? [element.initial_option] : []);
  const boxes = element.options.map((option) => {
    const box = h("input", { type, name, value: option.value, checked: initial.some((one) => one.value === option.value) });
    return [box, h("label", { class: "choice" }, box, h("span", {}, textObject(option.text), option.description && h("small", {}, words(option.description))))];
  });
  const node = h("div", { role: type === "radio" ? "radiogroup" : "group", "aria-label": place.label || "Choose" }, boxes.map(([, label]) => label));
  const checked = () => boxes.map(([box]) => box).filter((box) => box.checked).map((box) => box.value);
  const value = () => (type === "radio" ? checked()[0] ?? null : checked());
  if (place.immediate) node.addEventListener("change", () => use(place, element, value()));
  return { node, value };
}

function field(element, place, type, initial, more = {}) {
  const long = element.type === "plain_text_input" && element.multiline;
  const node = h(long ? "textarea" : "input", {
    type: long ? undefined : type, placeholder: words(element.placeholder) || undefined, "aria-label": place.label || words(element.placeholder) || undefined,
    maxlength: element.max_length ? String(element.max_length) : undefined, rows: long ? "4" : undefined, ...more,
  });
  if (initial !== undefined && initial !== null) node.value = initial;
  const value = () => (node.value === "" ? null : node.value);
  if (place.immediate) node.addEventListener("change", () => node.value && use(place, element, value(), node));
  return { node, value };
}

function feedback(element, place) {
  const one = (side, sign) => h("button", {
    type: "button", class: "button", "aria-label": element[side].accessibility_label || undefined,
    onclick: (event) => use(place, element, element[side].value, event.currentTarget),
  }, drawn(`${sign} ${words(element[side].text)}`));
  return { node: h("span", { class: "feedback" }, one("positive_button", "👍"), one("negative_button", "👎")) };
}

const KINDS = {
  button, overflow, static_select: staticSelect, feedback_buttons: feedback,
  icon_button: (element, place) => button(element, place),
  external_select: (element, place) => pick(element, place, fromApp(element, place), {}),
  multi_external_select: (element, place) => pick(element, place, fromApp(element, place), { several: true }),
  multi_static_select: (element, place) => pick(element, place, matching(optionsOf(element)), { several: true }),
  users_select: (element, place) => listSelect(element, place, people(), element.initial_user),
  channels_select: (element, place) => listSelect(element, place, rooms(), element.initial_channel),
  conversations_select: (element, place) => listSelect(element, place, rooms(), element.initial_conversation),
  multi_users_select: (element, place) => pick(element, place, matching(asOptions(people())), { several: true, ids: true }),
  multi_channels_select: (element, place) => pick(element, place, matching(asOptions(rooms())), { several: true, ids: true }),
  checkboxes: (element, place) => choices(element, place, "checkbox"),
  radio_buttons: (element, place) => choices(element, place, "radio"),
  datepicker: (element, place) => field(element, place, "date", element.initial_date),
  timepicker: (element, place) => field(element, place, "time", element.initial_time),
  plain_text_input: (element, place) => field(element, place, "text", element.initial_value),
  email_text_input: (element, place) => field(element, place, "email", element.initial_value),
  url_text_input: (element, place) => field(element, place, "url", element.initial_value),
  number_input: (element, place) => field(element, place, "text", element.initial_value, { inputmode: "decimal" }),
};

export function renderElement(element, place) {
  const kind = KINDS[element.type];
  if (!kind) return { node: h("span", { class: "unknown" }, `(${element.type} cannot be shown here)`) };
  return kind(element, place);
}

