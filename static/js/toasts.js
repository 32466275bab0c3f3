// Short sentences that come and go: copies of template#toast in #toasts, a polite live region.

import { counted } from "./words.js";
import { onChange } from "./page.js";
import { takeNewcomers } from "./apply.js";

const MOST = 3;
const QUIET = 1500;
const NEWS_STAYS = 8000;

/** `tone`: "plain", "good" or "bad". `key`: a toast that stays until `untoast(key)`, with a button to try again. */
export function toast(text, tone, key) {
  const box = document.getElementById("toasts");
  const source = document.getElementById("toast");
  if (!box || !source || !text) return;
  const same = Array.from(box.children).find((other) =>
    (key ? other.dataset.key === key : other.querySelector("[data-text]").textContent === text));
  const item = same || source.content.firstElementChild.cloneNode(true);
  item.dataset.tone = tone || "plain";
  const slot = item.querySelector("[data-text]");
  if (slot.textContent !== text) slot.textContent = text;
  const retry = item.querySelector("[data-retry]");
  if (key) item.dataset.key = key;
  if (retry) retry.hidden = !key;
  if (!same) box.appendChild(item);
  const passing = Array.from(box.children).filter((other) => !other.dataset.key);
  if (passing.length > MOST) passing[0].remove();
  if (!key) setTimeout(() => item.remove(), tone === "bad" ? 10000 : 5000);
}

export function untoast(key) {
  document.querySelectorAll("#toasts > *").forEach((item) => {
    if (item.dataset.key === key) item.remove();
  });
}

let count = 0;
let timer = 0;
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
