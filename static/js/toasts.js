// Short sentences that come and go. #toasts is a polite live region.

import { counted } from "./words.js";
import { onChange } from "./page.js";
import { takeNewcomers } from "./apply.js";

const MOST = 3;
const QUIET = 1500;

export function toast(text, kind) {
  const box = document.getElementById("toasts");
  if (!box || !text) return;
  const item = document.createElement("div");
  item.className = "toast";
  item.dataset.kind = kind || "quiet";
  item.textContent = text;
  const same = Array.from(box.children).find((other) => other.textContent === text);
  if (same) same.remove();
  box.appendChild(item);
  while (box.children.length > MOST) box.firstElementChild.remove();
  setTimeout(() => item.remove(), kind === "error" ? 10000 : 5000);
}

const fresh = new Map();
let timer = 0;

/** New cards are announced together, never in a flood. */
function announce() {
  for (const key of takeNewcomers()) fresh.set(key, (fresh.get(key) || 0) + 1);
  if (!fresh.size || timer) return;
  timer = setTimeout(() => {
    timer = 0;
    fresh.forEach((count, key) => toast(counted(key, count)));
    fresh.clear();
  }, QUIET);
}

export function start() {
  onChange(announce);
}
