// table and data_table blocks, and CSV files, as tables; a data_table sorts and pages.

import { h } from "./dom.js";
import { plain, richText } from "./rich_text.js";

const reading = (cell) => (cell.type === "rich_text" ? plain(cell) : String(cell.text ?? cell.value ?? ""));
const showing = (cell) => (cell.type === "rich_text" ? richText(cell) : reading(cell));
const number = (cell) => {
  if (cell.type === "raw_number") return cell.value;
  const text = reading(cell).replace(/[\s,%]/g, "");
  return text !== "" && !Number.isNaN(Number(text)) ? Number(text) : null;
};
const numeric = (rows, index) => rows.length > 0 && rows.every((row) => number(row[index]) !== null || /^[\s–—-]*$/.test(reading(row[index])))
  && rows.some((row) => number(row[index]) !== null);

export const scroller = (label, ...inside) =>
  h("div", { class: "grid", tabindex: "0", role: "region", "aria-label": label }, inside);

// A column that wraps is as wide as its longest word, unless that is longer than any layout bears.
const BEARABLE = 18;
const bearable = (rows, index) =>
  rows.every((row) => reading(row[index]).split(/\s+/).every((word) => word.length <= BEARABLE));

export function table(block) {
  const [head, ...rows] = block.rows;
  const settings = block.column_settings || [];
  const places = head.map((_, index) => {
    const wrapped = settings[index]?.is_wrapped && (bearable(block.rows, index) ? " wrapped" : " wrapped broken");
    return `${settings[index]?.align || "left"}${wrapped || ""}`;
  });
  return scroller("Table",
    h("table", {},
      h("thead", {}, h("tr", {}, head.map((cell, index) => h("th", { scope: "col", class: places[index] }, showing(cell))))),
      h("tbody", {}, rows.map((row) =>
        h("tr", {}, row.map((cell, index) => h("td", { class: places[index] }, showing(cell))))))));
}

export function dataTable(block) {
  const [head, ...rows] = block.rows;
  const right = head.map((_, index) => numeric(rows, index));
  const page = block.page_size || 5;
  const header = block.row_header_column_index || 0;
  let sorted = rows;
  let by = { index: -1, down: false };
  let start = 0;
  const body = h("tbody");
  const status = h("span", { "aria-live": "polite" });
  const back = h("button", { type: "button", onclick: () => show(start - page) }, "Previous");
  const on = h("button", { type: "button", onclick: () => show(start + page) }, "Next");
  const heads = head.map((cell, index) =>
    h("th", { scope: "col", class: right[index] ? "right" : "left", "aria-sort": "none" },
      h("button", { type: "button", class: "sort", onclick: () => sort(index) }, reading(cell))));

  function show(first) {
    start = Math.max(0, Math.min(first, Math.max(0, sorted.length - 1)));
    body.replaceChildren(...sorted.slice(start, start + page).map((row) =>
      h("tr", {}, row.map((cell, index) =>
        h(index === header ? "th" : "td", { scope: index === header ? "row" : undefined, class: right[index] ? "right" : "left" }, showing(cell))))));
    status.textContent = `${start + 1}–${Math.min(start + page, sorted.length)} of ${sorted.length}`;
    back.disabled = start === 0;
    on.disabled = start + page >= sorted.length;
  }

  function sort(index) {
    by = { index, down: by.index === index ? !by.down : right[index] };
    const sign = by.down ? -1 : 1;
    sorted = [...rows].sort((a, b) => {
      const [x, y] = [number(a[index]), number(b[index])];
      if (x !== null && y !== null) return sign * (x - y);
      return sign * reading(a[index]).localeCompare(reading(b[index]), undefined, { numeric: true });
    });
    heads.forEach((one, place) => one.setAttribute("aria-sort", place !== index ? "none" : by.down ? "descending" : "ascending"));
    show(0);
  }

  show(0);
  return h("div", { class: "data-table" },
    scroller(block.caption || "Table",
      h("table", {}, h("caption", {}, block.caption), h("thead", {}, h("tr", {}, heads)), body)),
    rows.length > page && h("div", { class: "pager" }, back, status, on));
}

// The few rules of RFC 4180: quotes, doubled quotes, commas and line ends inside quotes.
export function parseCsv(text, most) {
  const rows = [[]];
  let cell = "";
  let quoted = false;
  const source = text.replace(/^\uFEFF/, "");
  for (let index = 0; index < source.length; index++) {
    const one = source[index];
    if (quoted && one === '"' && source[index + 1] === '"') { cell += '"'; index++; }
    else if (one === '"') quoted = !quoted;
    else if (!quoted && one === ",") { rows.at(-1).push(cell); cell = ""; }
    else if (!quoted && (one === "\n" || one === "\r")) {
      if (one === "\r" && source[index + 1] === "\n") index++;
      rows.at(-1).push(cell); cell = "";
      if (rows.length > most) return rows;
      rows.push([]);
    } else cell += one;
  }
  rows.at(-1).push(cell);
  return rows.filter((row) => row.length > 1 || row[0] !== "");
}

export const csvTable = (text, most = 20) => {
  const rows = parseCsv(text, most).map((row) => row.map((one) => ({ type: "raw_text", text: one })));
  if (!rows.length) return h("p", {}, "The file is empty.");
  const right = rows[0].map((_, index) => (numeric(rows.slice(1).filter((row) => row[index]), index) ? { align: "right" } : {}));
  return table({ rows, column_settings: right });
};
