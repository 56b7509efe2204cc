// Building elements without ever reading text as HTML, and telling the person what happened.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.setAttribute("class", value);
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node && typeof value !== "string") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== false));
  return node;
}

export const h = (tag, props, ...children) => fill(document.createElement(tag), props, children);
export const svg = (tag, props, ...children) => fill(document.createElementNS(SVG, tag), props, children);
export const byId = (id) => document.getElementById(id);

let counter = 0;
export const uniqueId = (prefix) => `${prefix}-${++counter}`;

// In an open dialog if there is one, since nothing outside it can be seen or reached.
export function toast(text) {
  const node = h("div", { class: "toast", role: "alert" }, text,
    h("button", { type: "button", class: "icon", "aria-label": "Dismiss", onclick: () => node.remove() }, "×"));
  const dialog = [...document.querySelectorAll("dialog[open]")].at(-1);
  (dialog?.querySelector(".toasts") || byId("toasts")).append(node);
  setTimeout(() => node.remove(), 9000);
}

export function announce(text) {
  byId("announcer").textContent = text.slice(0, 300);
}

export const time = (ts) =>
  new Date(Number(ts) * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

export const clock = (ts) =>
  new Date(Number(ts) * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

export function day(ts) {
  const date = new Date(Number(ts) * 1000);
  const today = new Date();
  if (date.toDateString() === today.toDateString()) return "Today";
  return date.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
}

export const size = (bytes) =>
  bytes < 1024 ? `${bytes} bytes` : bytes < 1048576 ? `${Math.round(bytes / 1024)} kB` : `${(bytes / 1048576).toFixed(1)} MB`;
