// The list of channels and direct messages, and who is signed in.

import { byId, h } from "./dom.js";
import { act, person, store, title } from "./store.js";

export function drawSidebar({ open, signIn }) {
  const entry = (one) => {
    const unread = store.unread.get(one.id) || 0;
    const here = one.id === store.channel;
    return h("li", {}, h("button", {
      type: "button", class: `room${unread ? " unread" : ""}`, "aria-current": here ? "page" : undefined, onclick: () => open(one.id),
    }, h("span", { class: "sign", "aria-hidden": "true" }, one.kind === "im" ? "◍" : "#"), h("span", { class: "grow" }, title(one)),
    unread > 0 && h("span", { class: "count", "aria-label": `${unread} unread` }, String(unread))));
  };
  const rooms = store.channels.filter((one) => one.kind !== "im");
  const directs = store.channels.filter((one) => one.kind === "im");
  const me = h("select", { id: "me", onchange: (event) => signIn(event.target.value) },
    store.switch.map((id) => h("option", { value: id, selected: id === store.me }, `${person(id).name}${person(id).is_admin ? " (admin)" : ""}`)));
  const language = h("select", { id: "language", onchange: (event) => act("speak", { locale: event.target.value }) },
    Object.entries(store.locales).map(([locale, name]) => h("option", { value: locale, selected: locale === store.locale }, name)));
  const chosen = document.activeElement?.closest?.("#sidebar select")?.id;
  const focused = document.activeElement?.closest?.("#sidebar .room")?.textContent;
  byId("sidebar").replaceChildren(
    h("div", { class: "team" }, h("strong", {}, store.team), h("small", {}, "local workspace")),
    h("div", { class: "shortcuts" }, store.shortcuts.filter((one) => one.kind === "global").map((one) =>
      h("button", { type: "button", class: "room", title: one.description, onclick: () => act("shortcut", { callback: one.callback }) },
        h("span", { class: "sign", "aria-hidden": "true" }, "⚡"), h("span", { class: "grow" }, one.name)))),
    h("h2", {}, "Channels"), h("ul", {}, rooms.map(entry)),
    h("h2", {}, "Direct messages"), h("ul", {}, directs.map(entry)),
    h("div", { class: "who" }, h("label", { for: "me" }, "Signed in as"), me, h("label", { for: "language" }, "Language"), language));
  if (chosen) byId(chosen).focus();
  if (focused) [...document.querySelectorAll("#sidebar .room")].find((one) => one.textContent === focused)?.focus();
  const total = [...store.unread.values()].reduce((sum, one) => sum + one, 0);
  byId("team-name").textContent = store.team;
  document.title = `${total ? `(${total}) ` : ""}${store.team}`;
}
