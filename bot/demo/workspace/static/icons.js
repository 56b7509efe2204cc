// The few emoji that many machines have no glyph for, drawn; all others are text.

import { svg } from "./dom.js";

const THUMB = "M1.5 8.5h3v8h-3zM6 15.8V8.6L9.3 2c1.4 0 2.2 1 1.9 2.3l-.7 3h4.3c1.2 0 2 1 1.7 2.1l-1.5 5.8c-.2.8-.9 1.3-1.7 1.3H8z";
const ICONS = {
  "👍": ["thumbs up", { d: THUMB }],
  "👎": ["thumbs down", { d: THUMB, transform: "rotate(180 9 9.3)" }],
  "👀": ["eyes", { d: "M5 3.5c2 0 3 2.4 3 5.5s-1 5.5-3 5.5S2 12.1 2 9s1-5.5 3-5.5zm8 0c2 0 3 2.4 3 5.5s-1 5.5-3 5.5-3-2.4-3-5.5 1-5.5 3-5.5zM6.5 8v2.5m8-2.5v2.5" }],
  "✅": ["done", { d: "M2.5 2.5h13v13h-13zM5.5 9.2l2.6 2.6 4.6-5.4" }],
  "❌": ["cross", { d: "M4 4l10 10M14 4L4 14" }],
};
const DRAWN = new RegExp(`(${Object.keys(ICONS).join("|")})`, "u");

function icon(glyph) {
  const [name, path] = ICONS[glyph];
  return svg("svg", { class: "emoji", viewBox: "0 0 18 18", role: "img", "aria-label": name }, svg("path", path));
}

// Text as nodes, with what is drawn in its place.
export const drawn = (text) =>
  text.split(DRAWN).filter(Boolean).map((part) => (Object.hasOwn(ICONS, part) ? icon(part) : part));
