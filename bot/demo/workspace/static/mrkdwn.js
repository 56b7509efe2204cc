// Slack's markup as nodes: <@U…>, <#C…>, <!channel>, <url|words>, *bold*, _italic_, ~strike~, code, quotes.
// Everything ends in text nodes; &amp; &lt; &gt; are the only entities.

import { h } from "./dom.js";
import { drawn } from "./icons.js";
import { person, channel } from "./store.js";

const EMOJI = {
  "+1": "👍", "-1": "👎", thumbsup: "👍", thumbsdown: "👎", white_check_mark: "✅", eyes: "👀", tada: "🎉",
  warning: "⚠", x: "❌", hourglass: "⏳", hourglass_flowing_sand: "⏳", bar_chart: "📊", mag: "🔍", trophy: "🏆",
  flying_disc: "🥏", bulb: "💡", lock: "🔒", rocket: "🚀", heart: "♥", heavy_check_mark: "✔", point_right: "👉", no_entry: "⛔", wave: "👋",
  information_source: "ℹ", arrows_counterclockwise: "🔄", clock3: "🕒", octagonal_sign: "🛑", raised_hands: "🙌",
  zap: "⚡", speech_balloon: "💬", calendar: "📅", page_facing_up: "📄", question: "❓", thinking_face: "🤔",
};
export const emoji = (name) => drawn(EMOJI[name] || `:${name}:`);
const decode = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
const plainEmoji = (text) => text.replace(/:([a-z0-9_+-]+):/g, (all, name) => EMOJI[name] || all);

export function link(url, words) {
  if (!/^(https?:|mailto:)/i.test(url)) return document.createTextNode(words || url);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, words || url);
}

export const mention = (id) => h("span", { class: "mention" }, `@${person(id).name}`);

function angle(inside) {
  const [target, words] = inside.split("|");
  if (target.startsWith("@")) return mention(target.slice(1));
  if (target.startsWith("#")) return h("span", { class: "mention" }, `#${words || channel(target.slice(1))?.name || target.slice(1)}`);
  if (target.startsWith("!date^")) return dated(target, words);
  if (target.startsWith("!")) return h("span", { class: "mention broad" }, `@${target.slice(1).split("^")[0]}`);
  return link(decode(target), words && decode(words));
}

function dated(target, words) {
  const [, seconds] = target.split("^");
  const date = new Date(Number(seconds) * 1000);
  return h("time", { datetime: Number.isNaN(+date) ? undefined : date.toISOString(), title: words || "" },
    Number.isNaN(+date) ? words || "" : date.toLocaleString([], { dateStyle: "medium", timeStyle: "short" }));
}

const INLINE = /```([\s\S]*?)```|`([^`\n]+)`|<([^<>\n]+)>|(^|[\s(\[{>"'])([*_~])(?=\S)([^\n]*?\S)\5(?=$|[\s)\]}.,:;!?<"'])/;
const STYLES = { "*": "strong", _: "em", "~": "s" };

export function inline(text) {
  const nodes = [];
  let rest = text;
  for (let found = INLINE.exec(rest); found; found = INLINE.exec(rest)) {
    const [all, fence, code, inside, before, style, styled] = found;
    nodes.push(drawn(plainEmoji(decode(rest.slice(0, found.index)))));
    if (fence !== undefined) nodes.push(h("pre", {}, decode(fence.replace(/^\n|\n$/g, ""))));
    else if (code !== undefined) nodes.push(h("code", {}, decode(code)));
    else if (inside !== undefined) nodes.push(angle(inside));
    else nodes.push(before, h(STYLES[style], {}, inline(styled)));
    rest = rest.slice(found.index + all.length);
  }
  nodes.push(drawn(plainEmoji(decode(rest))));
  return nodes.flat(Infinity).filter((one) => one !== "");
}

export function mrkdwn(text) {
  const parts = [];
  let quote = [];
  let lines = [];
  const flush = () => {
    if (lines.length) parts.push(h("span", {}, inline(lines.join("\n"))));
    if (quote.length) parts.push(h("blockquote", {}, inline(quote.join("\n"))));
    lines = []; quote = [];
  };
  // Fences may hold lines that look like quotes, so they are set aside first.
  for (const part of text.split(/(```[\s\S]*?```)/)) {
    if (part.startsWith("```")) { flush(); parts.push(...inline(part)); continue; }
    if (!part) continue;
    for (const line of part.split("\n")) {
      const quoted = /^&gt; ?(.*)$/.exec(line) || /^> ?(.*)$/.exec(line);
      if (quoted) { if (lines.length) flush(); quote.push(quoted[1]); }
      else { if (quote.length) flush(); lines.push(line); }
    }
    flush();
  }
  return h("div", { class: "text" }, parts);
}

export function textObject(one) {
  if (!one) return null;
  if (one.type === "mrkdwn") return mrkdwn(one.text);
  return h("div", { class: "text" }, drawn(plainEmoji(one.text)));
}

export const words = (one) => plainEmoji(one?.text || "");
