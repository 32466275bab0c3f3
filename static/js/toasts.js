// Short sentences that come and go: copies of template#toast in #toasts, a polite live region.

import { counted } from "./words.js";
import { onChange } from "./page.js";
import { takeNewcomers } from "./apply.js";
import { byId, find, findAll } from "./dom.js";

const MOST = 3;
const QUIET = 1500;
const NEWS_STAYS = 8000;

/** When each of them goes. @type {WeakMap<HTMLElement, ReturnType<typeof setTimeout>>} */
const ends = new WeakMap();

/**
 * What is said once more stays its whole time.
 * @param {string | undefined} text
 * @param {"plain" | "good" | "bad"} [tone]
 */
export function toast(text, tone) {
  const box = byId("toasts");
  const source = byId("toast");
  if (!box || !(source instanceof HTMLTemplateElement) || !text) return;
  const same = findAll("#toasts > *").find((other) => find("[data-text]", other)?.textContent === text);
  const item = same || /** @type {HTMLElement} */ (source.content.firstElementChild?.cloneNode(true));
  item.dataset.tone = tone || "plain";
  const slot = find("[data-text]", item);
  if (slot && !same) slot.textContent = text;
  if (!same) box.appendChild(item);
  if (box.children.length > MOST) box.firstElementChild?.remove();
  clearTimeout(ends.get(item));
  ends.set(item, setTimeout(() => item.remove(), tone === "bad" ? 10000 : 5000));
}

/**
 * What is said stands over the sheet that lies over everything else: behind it nobody sees or reaches it.
 * @param {Element} [top]
 */
export function overSheets(top = findAll("dialog[open]").pop() || document.body) {
  const bars = byId("bars");
  if (bars && bars.parentElement !== top) top.append(bars);
}

export const untoast = () => byId("toasts")?.replaceChildren();

let count = 0;
/** @type {ReturnType<typeof setTimeout> | 0} */
let timer = 0;
/** @type {ReturnType<typeof setTimeout> | 0} */
let clearing = 0;

/** New cards are announced together, never in a flood. */
function announce() {
  count += takeNewcomers();
  if (!count || timer) return;
  timer = setTimeout(() => {
    timer = 0;
    const text = counted("newOrders", count);
    count = 0;
    const news = byId("board-news");
    if (!news) return;
    news.textContent = text;
    clearTimeout(clearing);
    clearing = setTimeout(() => { news.textContent = ""; }, NEWS_STAYS);
  }, QUIET);
}

export function start() {
  onChange(announce);
}
