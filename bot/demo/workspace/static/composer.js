// The box to write in: Enter sends, Shift+Enter breaks the line, @ and / complete.

import { h, uniqueId } from "./dom.js";
import { act, isDirect, person, store } from "./store.js";

function candidates(text, caret, inThread) {
  const before = text.slice(0, caret);
  const command = /^\/(\S*)$/.exec(before);
  if (command && !inThread) {
    return {
      from: 0,
      list: store.commands.filter((one) => one.name.startsWith(before))
        .map((one) => ({ insert: `${one.name} `, name: one.name, about: [one.hint, one.description].filter(Boolean).join(" · ") })),
    };
  }
  const mention = /(^|\s)@([^@\n]{0,30})$/.exec(before);
  if (mention) {
    const wanted = mention[2].toLowerCase();
    return {
      from: caret - mention[2].length - 1,
      list: [...store.people.values()].filter((one) => one.id !== store.me)
        .filter((one) => one.name.toLowerCase().startsWith(wanted) || one.handle.startsWith(wanted))
        .sort((a, b) => Number(b.is_bot) - Number(a.is_bot))
        .map((one) => ({ insert: `@${one.name} `, name: one.name, about: one.is_bot ? "App" : `@${one.handle}` })),
    };
  }
  return { from: 0, list: [] };
}

export function composer(node, { label, target }) {
  const listId = uniqueId("complete");
  const list = h("ul", { class: "choices", role: "listbox", id: listId, hidden: true, "aria-label": "Suggestions" });
  const chips = h("div", { class: "prompts" });
  const box = h("textarea", {
    rows: "1", placeholder: label, "aria-label": label, "aria-haspopup": "listbox", "aria-controls": listId, "aria-autocomplete": "list", maxlength: "12000",
  });
  const send = h("button", { type: "submit", class: "button primary send", "aria-label": "Send" }, "Send");
  const form = h("form", { class: "composer", onsubmit: (event) => { event.preventDefault(); submit(); } },
    list, h("div", { class: "box" }, box, send));
  node.replaceChildren(chips, form);
  let found = { from: 0, list: [] };
  let active = 0;

  function grow() {
    box.style.height = "";
    if (box.value) box.style.height = `${Math.min(box.scrollHeight, 180)}px`;
    send.disabled = !box.value.trim();
  }

  function complete() {
    found = candidates(box.value, box.selectionStart, Boolean(target().thread_ts));
    active = 0;
    list.replaceChildren(...found.list.map((one, index) => h("li", {
      role: "option", id: `${listId}-${index}`, "aria-selected": String(index === 0),
      onmousedown: (event) => { event.preventDefault(); take(index); },
    }, h("strong", {}, one.name), h("small", {}, one.about))));
    list.hidden = found.list.length === 0;
    mark(0);
  }

  function mark(index) {
    if (list.hidden) return box.removeAttribute("aria-activedescendant");
    active = (index + found.list.length) % found.list.length;
    [...list.children].forEach((one, place) => one.setAttribute("aria-selected", String(place === active)));
    box.setAttribute("aria-activedescendant", `${listId}-${active}`);
    return list.children[active].scrollIntoView({ block: "nearest" });
  }

  function take(index) {
    const { insert } = found.list[index];
    const rest = box.value.slice(box.selectionStart);
    box.value = box.value.slice(0, found.from) + insert + rest;
    box.selectionStart = box.selectionEnd = found.from + insert.length;
    complete();
    grow();
  }

  async function submit() {
    const text = box.value.trim();
    if (!text) return;
    const where = target();
    box.value = "";
    grow();
    complete();
    const answer = await act("post", { ...where, text });
    if (answer === null) { box.value = [text, box.value].filter(Boolean).join("\n"); grow(); }
    draw();
  }

  function draw() {
    const where = target();
    const direct = isDirect(where.channel);
    const prompts = (store.prompts[where.channel] || []).map((one) => [one.title, one.message]);
    const offers = direct && prompts.length ? prompts : store.suggestions.map((one) => [one, one]);
    const shown = !box.value && !where.thread_ts ? offers : [];
    chips.replaceChildren(...shown.map(([title, message]) => h("button", {
      type: "button", class: "prompt",
      onclick: () => { box.value = direct ? message : `@${person(store.bot).name} ${message}`; box.focus(); grow(); draw(); },
    }, title)));
  }

  box.addEventListener("input", () => { grow(); complete(); draw(); });
  box.addEventListener("blur", () => { list.hidden = true; });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (!list.hidden) {
      if (event.key === "ArrowDown") { event.preventDefault(); mark(active + 1); return; }
      if (event.key === "ArrowUp") { event.preventDefault(); mark(active - 1); return; }
      if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); list.hidden = true; return; }
      const exact = found.list[active].insert.trim().toLowerCase() === box.value.slice(found.from).trim().toLowerCase();
      if (event.key === "Tab" || (event.key === "Enter" && !exact)) { event.preventDefault(); take(active); return; }
    }
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); submit(); }
  });
  grow();
  draw();
  return {
    draw, focus: () => box.focus(),
    relabel: (text) => { box.placeholder = text; box.setAttribute("aria-label", text); draw(); },
  };
}
