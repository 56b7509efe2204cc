// Messages in a channel and in a thread: one node a message, replaced when it changes.

import { messageText, renderBlocks } from "./blocks.js";
import { csvTable } from "./tables.js";
import { clock, day, h, size, time } from "./dom.js";
import { ask, write } from "./dialogs.js";
import { emoji } from "./mrkdwn.js";
import { act, person, statusOf, statusText, store } from "./store.js";

const QUICK = ["heart", "heavy_check_mark"];
const initials = (name) => name.split(/\s+/).map((one) => one[0]).slice(0, 2).join("").toUpperCase();
const hue = (id) => [...id].reduce((sum, one) => sum + one.charCodeAt(0), 0) % 5;

function avatar(one) {
  return h("span", { class: one.is_bot ? "avatar bot" : `avatar tone-${hue(one.id)}`, "aria-hidden": "true" }, one.is_bot ? "◍" : initials(one.name));
}

function fileCard(file) {
  const address = `/_workspace/files/${file.id}?user=${encodeURIComponent(store.me)}`;
  const preview = h("div", { class: "preview", hidden: true });
  const canRead = /csv|tab-separated/.test(file.mimetype) || file.filetype === "csv";
  const toggle = h("button", {
    type: "button", class: "button", "aria-expanded": "false",
    onclick: async () => {
      preview.hidden = !preview.hidden;
      toggle.setAttribute("aria-expanded", String(!preview.hidden));
      if (!preview.hidden && !preview.childNodes.length) {
        const response = await fetch(address);
        preview.append(csvTable(await response.text()), h("small", {}, "The first 20 rows."));
      }
    },
  }, "Preview");
  return h("div", { class: "file" },
    h("div", { class: "file-row" },
      h("span", { class: "file-icon", "aria-hidden": "true" }, file.filetype.slice(0, 4)),
      h("div", { class: "grow" }, h("strong", {}, file.title), h("small", {}, `${file.name} · ${size(file.size)}`)),
      canRead && toggle,
      h("a", { class: "button", href: address, download: file.name }, "Download")),
    file.mimetype.startsWith("image/") && h("img", { src: address, alt: file.alt_txt || file.title }),
    preview);
}

function reactions(channel, message) {
  if (!message.reactions?.length) return null;
  return h("div", { class: "reactions" }, message.reactions.map((one) =>
    h("button", {
      type: "button", class: one.users.includes(store.me) ? "reaction mine" : "reaction",
      "aria-pressed": String(one.users.includes(store.me)),
      "aria-label": `${one.name}: ${one.users.map((id) => person(id).name).join(", ")}`,
      onclick: () => act("react", { channel, ts: message.ts, name: one.name }),
    }, emoji(one.name), ` ${one.count}`)));
}

function tools(channel, message, openThread) {
  if (message.is_ephemeral) return null;
  return h("div", { class: "tools" },
    QUICK.map((name) => h("button", { type: "button", "aria-label": `React with ${name}`, onclick: () => act("react", { channel, ts: message.ts, name }) }, emoji(name))),
    menu(channel, message),
    openThread && h("button", { type: "button", class: "reply", onclick: () => openThread(message.ts, true) }, "Reply"));
}

// What else can be done to a message: the app's shortcuts, and one's own words changed or taken back.
function menu(channel, message) {
  if (message.subtype === "tombstone") return null;
  const entry = (label, run) => h("button", {
    type: "button", onclick: (event) => { event.target.closest("details").open = false; run(); },
  }, label);
  const place = { channel, ts: message.ts };
  const shortcuts = store.shortcuts.filter((one) => one.kind === "message")
    .map((one) => entry(one.name, () => act("shortcut", { ...place, callback: one.callback })));
  const own = message.user !== store.me ? [] : [
    entry("Edit message", async () => {
      const text = await write("Edit message", readable(message.text));
      if (text !== null) act("edit", { ...place, text });
    }),
    entry("Delete message", async () => {
      const sure = await ask({ title: { type: "plain_text", text: "Delete message?" }, text: { type: "plain_text", text: "This cannot be undone." }, confirm: { type: "plain_text", text: "Delete" }, style: "danger" });
      if (sure) act("delete", place);
    }),
  ];
  if (!shortcuts.length && !own.length) return null;
  return h("details", {
    class: "more",
    onkeydown: (event) => { if (event.key === "Escape" && event.currentTarget.open) { event.stopPropagation(); event.currentTarget.open = false; event.currentTarget.querySelector("summary").focus(); } },
    onfocusout: (event) => { if (!event.currentTarget.contains(event.relatedTarget)) event.currentTarget.open = false; },
  }, h("summary", { "aria-label": "More actions" }, "⋯"), h("div", { class: "menu" }, shortcuts, own));
}

// A message as its author typed it.
const readable = (text) => text.replace(/<@(\w+)>/g, (_, id) => `@${person(id).name}`).replace(/<#\w+\|([^>]*)>/g, "#$1")
  .replace(/<(https?:[^|>]*)>/g, "$1").replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

function replyBar(channel, message, openThread) {
  const status = statusOf(channel, message.ts);
  if (!openThread || (!message.reply_count && !status)) return null;
  const count = message.reply_count || 0;
  return h("button", { type: "button", class: "replies", "data-thread": message.ts, onclick: () => openThread(message.ts) },
    (message.reply_users || []).slice(0, 3).map((id) => avatar(person(id))),
    count > 0 && h("strong", {}, count === 1 ? "1 reply" : `${count} replies`),
    count > 0 && h("small", {}, time(message.latest_reply)),
    status && h("small", { class: "working" }, statusText(status)));
}

export function renderMessage(channel, message, { openThread, joined } = {}) {
  const author = person(message.user);
  const name = message.username || author.name;
  const blocks = message.blocks?.length ? renderBlocks(message.blocks, { channel, ts: message.ts }).node : messageText(message.text);
  return h("article", {
    class: `message${message.is_ephemeral ? " whisper" : ""}${joined ? " joined" : ""}`, "data-ts": message.ts,
    "aria-label": `${name} at ${time(message.ts)}`,
  },
  joined ? h("time", { class: "gutter" }, clock(message.ts)) : avatar(author),
  h("div", { class: "content" },
    message.is_ephemeral && h("p", { class: "only" }, "Only visible to you"),
    !joined && h("p", { class: "byline" }, h("strong", {}, name), author.is_bot && h("span", { class: "badge" }, "App"), h("time", {}, time(message.ts))),
    message.subtype === "thread_broadcast" && openThread && h("small", {}, "replied to a thread, ",
      h("button", { type: "button", class: "link", onclick: () => openThread(message.thread_ts) }, "open it")),
    blocks,
    message.edited && h("small", { class: "edited" }, "(edited)"),
    (message.files || []).map(fileCard),
    reactions(channel, message),
    replyBar(channel, message, openThread)),
  tools(channel, message, openThread));
}

// A list of messages that stays at its end unless the reader has scrolled up.
export function messageList(node) {
  let shown = [];
  const atEnd = () => node.scrollHeight - node.scrollTop - node.clientHeight < 80;
  const toEnd = () => { node.scrollTop = node.scrollHeight; };

  function draw(channel, messages, options = {}) {
    const stay = !options.fresh && !atEnd();
    const focused = document.activeElement?.closest?.(".message")?.dataset.ts;
    const kept = new Map(options.fresh ? [] : shown.map((one) => [one.ts, one]));
    let lastDay = "";
    let before = null;
    const nodes = [];
    shown = messages.map((message) => {
      if (day(message.ts) !== lastDay && options.days !== false) {
        lastDay = day(message.ts);
        nodes.push(h("div", { class: "day" }, h("span", {}, lastDay)));
        before = null;
      }
      const joined = Boolean(before && before.user === message.user && !message.is_ephemeral && !before.is_ephemeral && Number(message.ts) - Number(before.ts) < 300 && !options.threaded);
      before = message;
      const stamp = JSON.stringify([message, joined, statusOf(channel, message.ts)]);
      const old = kept.get(message.ts);
      const made = old && old.stamp === stamp ? old.node : renderMessage(channel, message, { openThread: options.openThread, joined });
      nodes.push(made);
      return { ts: message.ts, stamp, node: made };
    });
    if (!messages.length && options.empty) nodes.push(options.empty);
    if (options.tail) nodes.push(options.tail);
    sync(node, nodes);
    if (focused && document.activeElement === document.body) node.querySelector(`[data-ts="${focused}"] button`)?.focus();
    if (!stay) { toEnd(); requestAnimationFrame(toEnd); }
  }
  return { draw };
}

// Puts `nodes` into `parent` moving as little as possible, so that what has the focus keeps it.
function sync(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove();
  nodes.forEach((one, index) => { if (parent.childNodes[index] !== one) parent.insertBefore(one, parent.childNodes[index] || null); });
}
