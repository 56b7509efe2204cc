// The markdown block: headings, lists, quotes, fences, tables, rules and inline styles; nothing as HTML.

import { h } from "./dom.js";
import { link } from "./mrkdwn.js";

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|__([^_]+)__|~~([^~]+)~~|\*([^*\s][^*]*)\*|\b_([^_]+)_\b|\[([^\]]+)\]\(([^)\s]+)\)/;

function inline(text) {
  const nodes = [];
  let rest = text;
  for (let found = INLINE.exec(rest); found; found = INLINE.exec(rest)) {
    const [all, code, bold, bold2, strike, italic, italic2, words, url] = found;
    nodes.push(rest.slice(0, found.index));
    if (code !== undefined) nodes.push(h("code", {}, code));
    else if (bold ?? bold2) nodes.push(h("strong", {}, inline(bold ?? bold2)));
    else if (strike) nodes.push(h("s", {}, inline(strike)));
    else if (italic ?? italic2) nodes.push(h("em", {}, inline(italic ?? italic2)));
    else nodes.push(link(url, words));
    rest = rest.slice(found.index + all.length);
  }
  return [...nodes, rest];
}

const cells = (line) => line.trim().replace(/^\||\|$/g, "").split("|").map((one) => one.trim());

function table(lines) {
  const [head, , ...rows] = lines.map(cells);
  return h("div", { class: "grid", tabindex: "0", role: "region", "aria-label": "Table" },
    h("table", {},
      h("thead", {}, h("tr", {}, head.map((one) => h("th", { scope: "col" }, inline(one))))),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.map((one) => h("td", {}, inline(one))))))));
}

const KINDS = [
  [/^#{1,6} /, (lines) => lines.map((line) => h("h3", {}, inline(line.replace(/^#+ /, ""))))],
  [/^\s*[-*+] /, (lines) => h("ul", {}, lines.map((line) => h("li", {}, inline(line.replace(/^\s*[-*+] /, "")))))],
  [/^\s*\d+[.)] /, (lines) => h("ol", {}, lines.map((line) => h("li", {}, inline(line.replace(/^\s*\d+[.)] /, "")))))],
  [/^> ?/, (lines) => h("blockquote", {}, inline(lines.map((line) => line.replace(/^> ?/, "")).join("\n")))],
  [/^\|.*\|\s*$/, (lines) => (lines.length > 1 ? table(lines) : h("p", {}, inline(lines.join("\n"))))],
  [/^(---+|\*\*\*+)\s*$/, () => h("hr", {})],
];

export function markdown(text) {
  const parts = [];
  for (const piece of text.split(/(^```[^\n]*\n[\s\S]*?^```\s*$)/m)) {
    if (piece.startsWith("```")) {
      parts.push(h("pre", {}, piece.replace(/^```[^\n]*\n/, "").replace(/\n?```\s*$/, "")));
      continue;
    }
    let kind = null;
    let lines = [];
    const flush = () => {
      if (lines.length) parts.push(kind ? kind[1](lines) : h("p", {}, inline(lines.join("\n"))));
      lines = [];
    };
    for (const line of piece.split("\n")) {
      const next = line.trim() ? KINDS.find(([pattern]) => pattern.test(line)) || null : undefined;
      if (next !== kind) flush();
      kind = next;
      if (next !== undefined) lines.push(line);
    }
    flush();
  }
  return h("div", { class: "text markdown" }, parts);
}
