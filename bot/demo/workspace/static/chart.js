// data_visualization blocks as SVG, with the same numbers as a table for whoever does not see it.

import { h, svg } from "./dom.js";

// Drawn at about the size at which it is shown, so that its words stay readable on a phone.
const WIDTH = window.matchMedia("(max-width: 719px)").matches ? 320 : 520;
const HEIGHT = 240, LEFT = 40, BOTTOM = 34, TOP = 22, RIGHT = 8;
const format = (value) => value.toLocaleString([], { maximumFractionDigits: 2 });

function scale(values) {
  const low = Math.min(0, ...values), high = Math.max(0, ...values);
  const rough = (high - low || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= rough);
  const bottom = Math.floor(low / step) * step, top = Math.ceil(high / step) * step || step;
  const y = (value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - (value - bottom) / (top - bottom));
  const ticks = Array.from({ length: Math.round((top - bottom) / step) + 1 }, (_, index) => bottom + index * step);
  return { y, ticks };
}

const shorten = (label, most) => (label.length > most ? `${label.slice(0, most - 1)}…` : label);

function axes(categories, axis, { y, ticks }) {
  const band = (WIDTH - LEFT - RIGHT) / categories.length;
  const most = Math.max(3, Math.floor(band / 6.5));
  return [
    ticks.map((tick) => [
      svg("line", { class: tick === 0 ? "zero" : "rule", x1: `${LEFT}`, x2: `${WIDTH - RIGHT}`, y1: `${y(tick)}`, y2: `${y(tick)}` }),
      svg("text", { class: "tick", x: `${LEFT - 6}`, y: `${y(tick) + 4}`, "text-anchor": "end" }, format(tick)),
    ]),
    categories.map((label, index) =>
      svg("text", { class: "tick", x: `${LEFT + band * (index + 0.5)}`, y: `${HEIGHT - BOTTOM + 16}`, "text-anchor": "middle" }, shorten(label, most))),
    axis.y_label && svg("text", { class: "axis", x: "0", y: "10" }, axis.y_label),
    axis.x_label && svg("text", { class: "axis", x: `${(WIDTH + LEFT) / 2}`, y: `${HEIGHT - 3}`, "text-anchor": "middle" }, axis.x_label),
  ];
}

function plot(chart) {
  const { categories } = chart.axis_config;
  const series = chart.series.map((one) => ({
    name: one.name,
    values: categories.map((label) => one.data.find((point) => point.label === label)?.value ?? 0),
  }));
  const measure = scale(series.flatMap((one) => one.values));
  const band = (WIDTH - LEFT - RIGHT) / categories.length;
  const marks = series.map((one, order) => {
    const at = (value, index) => `${LEFT + band * (index + 0.5)},${measure.y(value)}`;
    if (chart.type === "bar") {
      const thick = Math.min(56, (band * 0.8) / series.length);
      const first = LEFT + (band - thick * series.length) / 2 + order * thick;
      return one.values.map((value, index) => svg("rect", {
        class: `mark series-${order % 6}`, rx: "2", x: `${first + index * band}`, width: `${Math.max(1, thick - 2)}`,
        y: `${Math.min(measure.y(value), measure.y(0))}`, height: `${Math.abs(measure.y(value) - measure.y(0))}`,
      }, svg("title", {}, `${one.name}, ${categories[index]}: ${format(value)}`)));
    }
    const line = one.values.map(at).join(" ");
    const floor = measure.y(0);
    return [
      chart.type === "area" && svg("polygon", { class: `area series-${order % 6}`, points: `${LEFT + band * 0.5},${floor} ${line} ${LEFT + band * (categories.length - 0.5)},${floor}` }),
      svg("polyline", { class: `line series-${order % 6}`, points: line }),
      one.values.map((value, index) => svg("circle", { class: `mark series-${order % 6}`, r: "3.5", cx: at(value, index).split(",")[0], cy: `${measure.y(value)}` },
        svg("title", {}, `${one.name}, ${categories[index]}: ${format(value)}`))),
    ];
  });
  return { picture: [axes(categories, chart.axis_config, measure), marks], names: series.length > 1 ? series.map((one) => one.name) : [], rows: [["Label", ...series.map((one) => one.name)], ...categories.map((label, index) => [label, ...series.map((one) => format(one.values[index]))])] };
}

function pie(chart) {
  const total = chart.segments.reduce((sum, one) => sum + one.value, 0);
  const [x, y, radius] = [WIDTH / 2, HEIGHT / 2, HEIGHT / 2 - 12];
  let turn = -Math.PI / 2;
  const slices = chart.segments.map((one, index) => {
    const from = turn;
    turn += (one.value / total) * 2 * Math.PI;
    const point = (angle) => `${x + radius * Math.cos(angle)} ${y + radius * Math.sin(angle)}`;
    const label = svg("title", {}, `${one.label}: ${format(one.value)}`);
    if (chart.segments.length === 1) return svg("circle", { class: "mark series-0", cx: `${x}`, cy: `${y}`, r: `${radius}` }, label);
    return svg("path", { class: `mark slice series-${index % 6}`, d: `M${x} ${y}L${point(from)}A${radius} ${radius} 0 ${turn - from > Math.PI ? 1 : 0} 1 ${point(turn)}Z` }, label);
  });
  const share = (one) => `${Math.round((one.value / total) * 100)} %`;
  return { picture: slices, names: chart.segments.map((one) => `${one.label} · ${share(one)}`), rows: [["Label", "Value"], ...chart.segments.map((one) => [one.label, format(one.value)])] };
}

export function chart(block) {
  const { picture, names, rows } = block.chart.type === "pie" ? pie(block.chart) : plot(block.chart);
  const [head, ...body] = rows;
  return h("figure", { class: "chart" },
    h("figcaption", {}, block.title),
    svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${block.chart.type} chart: ${block.title}` }, picture),
    names.length > 0 && h("ul", { class: "legend" }, names.map((name, index) => h("li", {}, h("span", { class: `key series-${index % 6}` }), name))),
    h("div", { class: "hidden" }, h("table", {}, h("caption", {}, block.title),
      h("thead", {}, h("tr", {}, head.map((one) => h("th", {}, one)))),
      h("tbody", {}, body.map((row) => h("tr", {}, row.map((one) => h("td", {}, one))))))));
}
