// What the page knows, kept up to date by the server's stream; whoever listens is told of each change.

import { toast } from "./dom.js";

export const store = {
  me: "", bot: "", team: "", people: new Map(), channels: [], messages: new Map(),
  commands: [], statuses: new Map(), prompts: {}, suggestions: [], shortcuts: [], notice: {}, view: null, home: null,
  switch: [], locale: "", locales: {}, unread: new Map(), channel: "", thread: "", tab: "messages",
};

const listeners = [];
export const listen = (listener) => listeners.push(listener);
const tell = (event) => listeners.forEach((listener) => listener(event));

export const person = (id) => store.people.get(id) || { id, name: id, handle: id };
export const channel = (id) => store.channels.find((one) => one.id === id);
export const isDirect = (id) => channel(id)?.kind === "im";
export const title = (one) => (one.kind === "im" ? person(store.bot).name : one.name);
export const messagesOf = (id) => store.messages.get(id) || new Map();
export const roots = (id) =>
  sorted([...messagesOf(id).values()].filter((one) => !one.thread_ts || one.thread_ts === one.ts || one.subtype === "thread_broadcast"));
export const thread = (id, ts) =>
  sorted([...messagesOf(id).values()].filter((one) => one.ts === ts || one.thread_ts === ts));
const sorted = (list) => list.sort((a, b) => Number(a.ts) - Number(b.ts));
const statusKey = (id, ts) => `${id} ${ts || ""}`;
export const statusText = (status) => status.loading ? `${person(store.bot).name}: ${status.loading}` : `${person(store.bot).name} ${status.text}`;
export const statusOf = (id, ts) => store.statuses.get(statusKey(id, ts));

export async function act(action, body) {
  let answer;
  try {
    const response = await fetch(`/_workspace/do/${action}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ user: store.me, ...body }),
    });
    answer = await response.json();
  } catch {
    answer = { error: "The workspace does not answer. Is it still running?" };
  }
  if (answer.error) {
    toast(answer.error[0].toUpperCase() + answer.error.slice(1));
    return null;
  }
  return { done: answer.done };
}

function take(state) {
  Object.assign(store, {
    me: state.me, bot: state.bot, team: state.team, channels: state.channels, commands: state.commands,
    prompts: state.prompts, suggestions: state.suggestions, shortcuts: state.shortcuts, notice: state.notice, view: state.view,
    home: state.home, switch: state.switch, locale: state.locale, locales: state.locales,
  });
  store.people = new Map(state.people.map((one) => [one.id, one]));
  store.messages = new Map(
    Object.entries(state.messages).map(([id, list]) => [id, new Map(list.map((one) => [one.ts, one]))]));
  for (const { channel: id, message } of state.whispers) messagesOf(id).set(message.ts, message);
  store.statuses = new Map(state.statuses.map((one) => [statusKey(one.channel, one.thread_ts), one.status]));
  if (!channel(store.channel)) store.channel = store.channels[0]?.id || "";
  tell({ type: "loaded" });
}

let source = null;
export function connect(user, onLive) {
  source?.close();
  source = new EventSource(`/_workspace/stream?user=${encodeURIComponent(user)}`);
  source.onerror = () => onLive(false);
  source.onmessage = (message) => {
    const event = JSON.parse(message.data);
    // A stream begins with everything and goes on with what changes, so nothing falls in between.
    if (event.type !== "state") return apply(event);
    take(event.state);
    return onLive(true);
  };
}

function apply(event) {
  if (event.type === "message") {
    if (!store.messages.has(event.channel)) store.messages.set(event.channel, new Map());
    const known = messagesOf(event.channel);
    event.isNew = !known.has(event.message.ts);
    known.set(event.message.ts, event.message);
    if (event.isNew && event.message.bot_id) store.statuses.delete(statusKey(event.channel, event.message.thread_ts));
  } else if (event.type === "message_deleted") {
    messagesOf(event.channel).delete(event.ts);
  } else if (event.type === "status") {
    const key = statusKey(event.channel, event.thread_ts);
    if (event.status.text) store.statuses.set(key, event.status);
    else store.statuses.delete(key);
  } else if (event.type === "prompts") {
    store.prompts[event.channel] = event.prompts;
  } else if (event.type in store) {
    store[event.type] = event[event.type];
  }
  tell(event);
}
