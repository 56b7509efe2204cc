// Blocks as nodes. `container` says whose they are; the values that a person put in are kept in `filled`.

import { chart } from "./chart.js";
import { h, uniqueId } from "./dom.js";
import { renderElement } from "./elements.js";
import { markdown } from "./markdown.js";
import { mrkdwn, textObject, words } from "./mrkdwn.js";
import { richText } from "./rich_text.js";
import { dataTable, table } from "./tables.js";

function image(url, alt) {
  if (!/^https?:|^\/_workspace\//i.test(url || "")) return h("em", {}, alt);
  return h("img", { src: url, alt, loading: "lazy" });
}

export function renderBlocks(blocks, container) {
  const filled = new Map();
  const values = () => {
    const found = {};
    for (const [key, value] of filled) {
      const [block, action] = key.split("\n");
      (found[block] ||= {})[action] = value();
    }
    return found;
  };
  const element = (block, one, more = {}) => {
    const made = renderElement(one, { container, block_id: block.block_id, values, immediate: true, ...more });
    if (made.value) filled.set(`${block.block_id}\n${one.action_id}`, made.value);
    return made;
  };

  const input = (block) => {
    const id = uniqueId("input");
    const label = words(block.label);
    const made = element(block, block.element, { immediate: Boolean(block.dispatch_action), label, required: !block.optional });
    return h("div", { class: "input", role: "group", "aria-labelledby": id, "data-block": block.block_id },
      h("div", { class: "label", id }, label, block.optional && h("small", {}, " (optional)")),
      made.node,
      block.hint && h("small", { class: "hint" }, words(block.hint)),
      h("div", { class: "fault", role: "alert" }));
  };

  const KINDS = {
    section: (block) => h("div", { class: "section" },
      h("div", { class: "grow" }, textObject(block.text),
        block.fields && h("div", { class: "fields" }, block.fields.map((one) => h("div", {}, textObject(one))))),
      block.accessory && (block.accessory.type === "image"
        ? h("div", { class: "accessory" }, image(block.accessory.image_url, block.accessory.alt_text))
        : h("div", { class: "accessory" }, element(block, block.accessory).node))),
    header: (block) => h("h3", {}, words(block.text)),
    divider: () => h("hr", {}),
    context: (block) => h("div", { class: "context" }, block.elements.map((one) =>
      one.type === "image" ? image(one.image_url, one.alt_text) : textObject(one))),
    actions: (block) => h("div", { class: "actions" }, block.elements.map((one) => element(block, one).node)),
    context_actions: (block) => h("div", { class: "actions" }, block.elements.map((one) => element(block, one).node)),
    rich_text: richText,
    table,
    data_table: dataTable,
    data_visualization: chart,
    markdown: (block) => markdown(block.text),
    image: (block) => h("figure", { class: "picture" }, block.title && h("figcaption", {}, words(block.title)), image(block.image_url, block.alt_text)),
    input,
  };
  const node = h("div", { class: "blocks" }, blocks.map((block) =>
    KINDS[block.type] ? KINDS[block.type](block) : h("p", { class: "unknown" }, `(a ${block.type} block cannot be shown here)`)));
  return { node, values };
}

export const messageText = (text) => (text ? mrkdwn(text) : null);
