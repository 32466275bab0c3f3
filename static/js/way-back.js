// The way back from an order leads to the same spot of the same board, search and filter kept.

import { isBoard, screen } from "./page.js";
import { find } from "./dom.js";

const KEY = "separacao.board";

/** @returns {{ url: string, y: number } | null} */
function left() {
  try { return JSON.parse(sessionStorage.getItem(KEY) || "null"); } catch (error) { return null; }
}

function remember() {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ url: location.pathname + location.search, y: Math.round(scrollY) }));
  } catch (error) { /* then it leads to the top of the board */ }
}

/** Coming back from an order restores the scroll position; opening the board anew shows its top. */
const isReturn = () => /^\/orders\//.test(document.referrer ? new URL(document.referrer).pathname : "");

export function start() {
  const board = left();
  if (screen().startsWith("order") && board) {
    find(".top a.brand")?.setAttribute("href", board.url);
    return;
  }
  if (!isBoard() || document.documentElement.classList.contains("wall")) return;
  if (board && board.url === location.pathname + location.search && isReturn()) scrollTo({ top: board.y, behavior: "instant" });
  addEventListener("pagehide", remember);
}
