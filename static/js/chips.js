// #board-chips: how many orders each chip would leave, for who looks. Fetched, not sent in frames: "Meus" differs by person,
// and counting thousands of orders for every tap of everybody would cost more than the taps.

import { isBoard, onChange } from "./page.js";
import { documentOf, requestPage } from "./request.js";
import { morph } from "./morph.js";
import { byId, isShown } from "./dom.js";

const LIMIT = 10000;
/** The server counts once a second: by then it has seen what changed. */
const REST = 1500;
/** What becomes late, does so by itself. */
const EVERY = 60000;

/** @type {ReturnType<typeof setTimeout> | 0} */
let timer = 0;
let newest = 0;

async function refresh() {
  timer = 0;
  const nav = byId("board-chips");
  if (!nav || !isShown(nav) || document.hidden) return;
  const own = ++newest;
  const reply = await requestPage("/chips" + location.search, LIMIT);
  // Of what was shown before, or counted before.
  if (own !== newest) return;
  const fresh = reply && reply.ok ? documentOf(reply).getElementById("board-chips") : null;
  if (fresh && nav.isConnected) morph(nav, fresh, { inside: true });
}

/** The board shows something else. */
export function now() {
  clearTimeout(timer);
  refresh();
}

/** @param {number} ms */
function later(ms) {
  if (!timer) timer = setTimeout(refresh, ms);
}

export function start() {
  if (!isBoard()) return;
  later(0);
  onChange(() => later(REST));
  setInterval(later, EVERY, 0);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) later(0); });
}
