// Modals of the app, and questions before a click. The dialog element keeps the focus inside.

import { h } from "./dom.js";
import { words, textObject } from "./mrkdwn.js";

export function ask(confirm) {
  return new Promise((resolve) => {
    const finish = (answer) => { dialog.close(); dialog.remove(); resolve(answer); };
    const title = words(confirm.title) || "Are you sure?";
    const dialog = h("dialog", { class: "modal small", "aria-label": title, oncancel: (event) => { event.preventDefault(); finish(false); } },
      h("header", {}, h("h2", {}, title)),
      h("div", { class: "body" }, textObject(confirm.text)),
      h("footer", {},
        h("button", { type: "button", class: "button", onclick: () => finish(false) }, words(confirm.deny) || "Cancel"),
        h("button", { type: "button", class: `button ${confirm.style || "primary"}`, onclick: () => finish(true) }, words(confirm.confirm) || "Yes")));
    document.body.append(dialog);
    dialog.showModal();
  });
}

// Asks for words; null if there are none or the person thinks better of it.
export function write(title, text) {
  return new Promise((resolve) => {
    const finish = (answer) => { dialog.close(); dialog.remove(); resolve(answer); };
    const box = h("textarea", { rows: "3", "aria-label": title, maxlength: "12000" });
    box.value = text;
    const form = h("form", { onsubmit: (event) => { event.preventDefault(); finish(box.value.trim() || null); } },
      h("header", {}, h("h2", {}, title)),
      h("div", { class: "body" }, box),
      h("footer", {},
        h("button", { type: "button", class: "button", onclick: () => finish(null) }, "Cancel"),
        h("button", { type: "submit", class: "button primary" }, "Save")));
    const dialog = h("dialog", { class: "modal small", "aria-label": title, oncancel: (event) => { event.preventDefault(); finish(null); } }, form);
    document.body.append(dialog);
    dialog.showModal();
    box.focus();
  });
}
