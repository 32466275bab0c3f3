// Short sentences that come and go: copies of template#toast in #toasts, a polite live region.

import { counted } from "./words.js";
import { onChange } from "./page.js";
import { takeNewcomers } from "./apply.js";
import { find, findAll } from "./dom.js";

const MOST = 3;
const QUIET = 1500;
const NEWS_STAYS = 8000;

/** @param {HTMLElement} box */
const items = (box) => /** @type {HTMLElement[]} */ (Array.from(box.children));

/**
 * `tone`: "plain", "good" or "bad". `key`: a toast that stays until `untoast(key)`, with a button to try again.
 * @param {string | undefined} text
 * @param {"plain" | "good" | "bad"} [tone]
 * @param {string} [key]
 */
export function toast(text, tone, key) {
  const box = document.getElementById("toasts");
  const source = document.getElementById("toast");
  if (!box || !(source instanceof HTMLTemplateElement) || !text) return;
  const same = items(box).find((other) =>
    (key ? other.dataset.key === key : find("[data-text]", other)?.textContent === text));
  const item = same || /** @type {HTMLElement} */ (source.content.firstElementChild?.cloneNode(true));
  item.dataset.tone = tone || "plain";
  const slot = find("[data-text]", item);
  if (slot && slot.textContent !== text) slot.textContent = text;
  const retry = find("[data-retry]", item);
  if (key) item.dataset.key = key;
  if (retry) retry.hidden = !key;
  if (!same) box.appendChild(item);
  const passing = items(box).filter((other) => !other.dataset.key);
  if (passing.length > MOST) passing[0].remove();
  if (!key) setTimeout(() => item.remove(), tone === "bad" ? 10000 : 5000);
}

/** @param {string} [key]  none: all that pass by themselves */
export function untoast(key) {
  findAll("#toasts > *").forEach((item) => {
    if (item.dataset.key === key) item.remove();
  });
}

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
    const news = document.getElementById("board-news");
    if (!news) return;
    news.textContent = text;
    clearTimeout(clearing);
    clearing = setTimeout(() => { news.textContent = ""; }, NEWS_STAYS);
  }, QUIET);
}

export function start() {
  onChange(announce);
}
