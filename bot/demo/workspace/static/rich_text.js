// rich_text blocks as nodes, and their plain reading.

import { h } from "./dom.js";
import { emoji, link, mention } from "./mrkdwn.js";
import { channel } from "./store.js";

const STYLES = { bold: "strong", italic: "em", strike: "s", code: "code", underline: "u" };

function leaf(one) {
  let node;
  if (one.type === "link") node = link(one.url, one.text);
  else if (one.type === "user") node = mention(one.user_id);
  else if (one.type === "channel") node = h("span", { class: "mention" }, `#${channel(one.channel_id)?.name || one.channel_id}`);
  else if (one.type === "broadcast") node = h("span", { class: "mention broad" }, `@${one.range}`);
  else if (one.type === "emoji") node = emoji(one.name);
  else if (one.type === "date") node = new Date(one.timestamp * 1000).toLocaleString();
  else node = one.text || one.value || "";
  for (const [style, tag] of Object.entries(STYLES)) if (one.style?.[style]) node = h(tag, {}, node);
  return node;
}

function part(one) {
  const inside = () => (one.elements || []).map(leaf);
  if (one.type === "rich_text_preformatted") return h("pre", { tabindex: "0", "aria-label": "Preformatted text" }, inside());
  if (one.type === "rich_text_quote") return h("blockquote", {}, inside());
  if (one.type === "rich_text_list")
    return h(one.style === "ordered" ? "ol" : "ul", { class: `indent-${one.indent || 0}` },
      one.elements.map((entry) => h("li", {}, (entry.elements || []).map(leaf))));
  return h("div", {}, inside());
}

export const richText = (block) => h("div", { class: "text" }, (block.elements || []).map(part));

export function plain(block) {
  return (block.elements || [])
    .map((one) => (one.elements ? plain(one) : one.text ?? one.url ?? one.name ?? "")).join("");
}
