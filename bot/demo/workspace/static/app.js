// The page: which channel and thread are open, and redrawing what an event changes.

import { renderBlocks } from "./blocks.js";
import { composer } from "./composer.js";
import { announce, byId, h } from "./dom.js";
import { messageList } from "./messages.js";
import { showView } from "./modal.js";
import { drawSidebar } from "./sidebar.js";
import { act, channel, connect, isDirect, listen, messagesOf, person, roots, statusOf, statusText, store, thread, title } from "./store.js";

const list = messageList(byId("messages"));
const replies = messageList(byId("replies"));
const wide = window.matchMedia("(min-width: 900px)");
let opener = null;

const placeholder = () => (isDirect(store.channel) ? `Message ${person(store.bot).name}` : `Message #${channel(store.channel)?.name || ""}`);
const main = composer(byId("composer"), { label: "Message", target: () => ({ channel: store.channel }) });
const side = composer(byId("reply-composer"), { label: "Reply in thread", target: () => ({ channel: store.channel, thread_ts: store.thread }) });

function pane(name) { document.body.dataset.pane = name; }

function remember() {
  history.replaceState(null, "", `#${store.me}/${store.channel}${store.thread ? `/${store.thread}` : ""}`);
}

function statusLine(ts) {
  const status = statusOf(store.channel, ts);
  return status ? h("p", { class: "status", role: "status" }, h("span", { class: "dots", "aria-hidden": "true" }), statusText(status)) : null;
}

function welcome() {
  const name = title(channel(store.channel) || { name: "" });
  return h("div", { class: "welcome" }, h("h2", {}, isDirect(store.channel) ? name : `#${name}`),
    h("p", {}, isDirect(store.channel) ? "Write to the app in private here." : `Mention @${person(store.bot).name} to ask something. Replies come in a thread.`));
}

function drawChannel(fresh = false) {
  const here = channel(store.channel);
  if (!here) return;
  const direct = isDirect(store.channel);
  byId("channel-name").textContent = direct ? title(here) : `# ${title(here)}`;
  drawTabs(direct);
  list.draw(store.channel, roots(store.channel), { fresh, openThread, empty: welcome(), tail: statusLine("") });
  main.relabel(placeholder());
}

function drawTabs(direct) {
  const tab = (name, label) => h("button", {
    type: "button", role: "tab", id: `tab-${name}`, "aria-selected": String(store.tab === name), "aria-controls": name === "home" ? "home" : "messages",
    onclick: () => openTab(name),
  }, label);
  const atHome = direct && store.tab === "home";
  byId("tabs").hidden = !direct;
  byId("tabs").replaceChildren(tab("messages", "Messages"), tab("home", "Home"));
  byId("messages").hidden = atHome;
  byId("composer").hidden = atHome;
  byId("home").hidden = !atHome;
  if (atHome) drawHome();
}

function drawHome() {
  byId("home").replaceChildren(store.home
    ? renderBlocks(store.home.blocks, { view: store.home.id }).node
    : h("p", { class: "welcome" }, "The app has put nothing here yet."));
}

function openTab(name) {
  store.tab = name;
  act("home", { tab: name });
  drawChannel();
  byId(`tab-${name}`).focus();
}

function openChannel(id) {
  store.channel = id;
  store.thread = "";
  store.tab = "messages";
  store.unread.delete(id);
  drawThread(true);
  drawChannel(true);
  drawSide();
  pane("channel");
  remember();
  if (isDirect(id)) act("home", { tab: "messages" });
  else act("look", { channel: id });
  if (wide.matches) main.focus();
}

function openThread(ts, reply = false) {
  opener = ts;
  store.thread = ts;
  drawThread(true);
  pane("thread");
  remember();
  if (reply || wide.matches) side.focus();
  else byId("thread-name").focus();
}

function closeThread() {
  store.thread = "";
  drawThread(true);
  pane("channel");
  remember();
  (document.querySelector(`[data-thread="${opener}"]`) || document.querySelector(".composer textarea"))?.focus();
}

function drawThread(fresh = false) {
  byId("thread").hidden = !store.thread;
  document.body.classList.toggle("threaded", Boolean(store.thread));
  if (!store.thread) return;
  replies.draw(store.channel, thread(store.channel, store.thread), { fresh, threaded: true, days: false, tail: statusLine(store.thread) });
  side.draw();
}

const drawSide = () => drawSidebar({ open: openChannel, signIn });

function drawNotice() {
  const { text, detail, kind } = store.notice;
  const node = byId("notice");
  node.hidden = !text;
  node.className = kind || "info";
  node.replaceChildren(...(text ? [h("span", {}, text), detail && h("details", {}, h("summary", {}, "More"), h("p", {}, detail))].filter(Boolean) : []));
}

function signIn(user) {
  sessionStorage.setItem("user", user);
  store.thread = "";
  if (isDirect(store.channel)) store.channel = "";
  store.unread.clear();
  connect(user, live);
}

function live(connected) {
  document.body.classList.toggle("offline", !connected);
}

const handlers = {
  loaded() {
    if (store.thread && !messagesOf(store.channel).has(store.thread)) store.thread = "";
    drawSide(); drawChannel(true); drawThread(true); drawNotice(); showView(store.view); remember();
    if (store.channel && !isDirect(store.channel)) act("look", { channel: store.channel });
  },
  message(event) {
    const { message } = event;
    const mine = message.user === store.me;
    const here = event.channel === store.channel;
    if (!channel(event.channel)) return connect(store.me, live);
    if (!here && event.isNew && !mine) {
      store.unread.set(event.channel, (store.unread.get(event.channel) || 0) + 1);
      drawSide();
    }
    if (!here) return undefined;
    // The first answer to one's own last question opens its thread, where there is room for it.
    const root = messagesOf(event.channel).get(message.thread_ts);
    const answered = event.isNew && !mine && root?.user === store.me && root.reply_count <= 1 && roots(event.channel).at(-1) === root;
    if (answered && !store.thread && wide.matches && !document.querySelector("dialog[open]")) {
      store.thread = message.thread_ts;
      opener = message.thread_ts;
      drawThread(true);
      remember();
    }
    drawChannel();
    drawThread();
    if (event.isNew && !mine) announce(`${person(message.user).name}: ${message.text}`);
    return undefined;
  },
  message_deleted() { drawChannel(); drawThread(); },
  status() { drawChannel(); drawThread(); },
  prompts() { main.draw(); },
  notice: drawNotice,
  locale: drawSide,
  view() { showView(store.view); },
  home() { if (store.tab === "home") drawHome(); },
};

listen((event) => handlers[event.type]?.(event));
byId("to-list").addEventListener("click", () => { pane("list"); document.querySelector("#sidebar [aria-current]")?.focus(); });
byId("to-channel").addEventListener("click", closeThread);
byId("close-thread").addEventListener("click", closeThread);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && store.thread && !document.querySelector("dialog[open]")) closeThread();
});

const [wanted, room, ts] = decodeURIComponent(location.hash.slice(1)).split("/");
store.channel = room || "";
store.thread = ts || "";
connect(sessionStorage.getItem("user") || wanted || "", live);
// ?lacking=data_table,data_visualization makes this an older workspace, ?lacking= a new one again.
const lacking = new URLSearchParams(location.search).get("lacking");
if (lacking !== null) act("lack", { types: lacking.split(",").filter(Boolean) });
