// The app's modal: shown while the workspace says that one is open.

import { renderBlocks } from "./blocks.js";
import { h } from "./dom.js";
import { words } from "./mrkdwn.js";
import { act } from "./store.js";

let dialog = null;
let shown = null;

function drop() {
  dialog?.close();
  dialog?.remove();
  dialog = null;
  shown = null;
}

export function showView(view) {
  if (!view) return drop();
  if (dialog && shown?.id === view.id && shown?.hash === view.hash) return undefined;
  drop();
  shown = view;
  const { node, values } = renderBlocks(view.blocks, { view: view.id });
  // At once, not when the server has heard of it: what is typed next is meant for the page behind.
  const close = () => { drop(); act("close", { view: view.id }); };
  const submit = view.submit && h("button", { type: "submit", class: "button primary" }, words(view.submit));
  const form = h("form", {
    novalidate: true,
    onsubmit: async (event) => {
      event.preventDefault();
      submit.disabled = true;
      const answer = await act("submit", { view: view.id, given: values() });
      submit.disabled = false;
      mark(answer?.done || {});
    },
  },
  h("header", {}, h("h2", {}, words(view.title)),
    h("button", { type: "button", class: "icon", "aria-label": "Close", onclick: close }, "×")),
  h("div", { class: "body" }, node),
  h("div", { class: "toasts" }),
  h("footer", {}, h("button", { type: "button", class: "button", onclick: close }, words(view.close) || "Close"), submit));

  function mark(faults) {
    let first = null;
    for (const input of form.querySelectorAll("[data-block]")) {
      const fault = faults[input.dataset.block] || "";
      input.querySelector(".fault").textContent = fault;
      input.classList.toggle("wrong", Boolean(fault));
      if (fault && !first) first = input;
    }
    first?.querySelector("input, select, textarea")?.focus();
  }

  dialog = h("dialog", { class: "modal", "aria-label": words(view.title), oncancel: (event) => { event.preventDefault(); close(); } }, form);
  document.body.append(dialog);
  dialog.showModal();
  form.querySelector(".body input, .body select, .body textarea")?.focus();
  return undefined;
}
