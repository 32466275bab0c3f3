// The sheets of an order's lines, fetched ahead in one answer: without a network they open from here. They are kept with
// the order's copy (kept.js), for a page that was opened without one.

import { onChange, random, screen } from "./page.js";
import { requestPage } from "./request.js";

const LIMIT = 10000;
/** Rests between two fetches of a busy order. */
const BETWEEN = 20000;
const FIRST = 3000;
const KEPT = "kept-pages";

let text = "";
/** @type {ReturnType<typeof setTimeout> | 0} */
let timer = 0;

const address = () => location.pathname + "/sheets";

async function fetchAhead() {
  const reply = document.hidden ? null : await requestPage(address(), LIMIT);
  timer = 0;
  if (!reply || !reply.ok) return;
  text = reply.text;
  if (!("caches" in window) || !await caches.match(location.href)) return;
  const kept = await caches.open(KEPT);
  await kept.put(address(), new Response(text));
}

const soon = () => {
  if (!timer) timer = setTimeout(() => { fetchAhead().catch(() => {}); }, text ? BETWEEN : FIRST + random(FIRST));
};

/**
 * The sheet that a link leads to, as it was when it was fetched ahead; null where it never was.
 * @param {string} href
 */
export async function sheetAt(href) {
  const item = new URL(href).searchParams.get("item");
  if (!text && "caches" in window) text = await (await caches.match(address()))?.text() || "";
  const sheets = new DOMParser().parseFromString(text, "text/html");
  const sheet = /** @type {HTMLTemplateElement | null} */ (sheets.querySelector(`[data-sheet="${item}"]`));
  return sheet && document.importNode(sheet.content, true);
}

export function start() {
  if (!screen().startsWith("order")) return;
  onChange(soon);
  soon();
}
