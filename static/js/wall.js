// The board on a wall: read from five metres, touched by nobody. It turns its pages by itself; what is urgent stands on
// each of them. /wall?turn=SECONDS says how long a page stays.

import { onChange } from "./page.js";
import { byId } from "./dom.js";
import { wallTime } from "./clock.js";
import { membersOf } from "./lists.js";
import { words } from "./words.js";

const TURN = 15;
/** Of the height that cards have: what urgent ones take at most of every page. */
const PINNED = 0.6;
/** Room below the last row. */
const EDGE = 12;

/** The first card of the page that is shown, besides the pinned ones, and of the one after it; empty: the first of all. */
let first = "";
let next = "";

/** @param {HTMLElement} card */
const bottom = (card) => card.offsetTop + card.offsetHeight;

/**
 * Takes off the cards that end below a line. How many are left.
 * @param {HTMLElement[]} cards
 * @param {number} line
 */
function keepAbove(cards, line) {
  const over = cards.findIndex((card) => bottom(card) > line);
  const kept = over < 0 ? cards.length : over;
  cards.slice(kept).forEach((card) => card.setAttribute("data-off", ""));
  return kept;
}

/**
 * Urgent cards stand on every page, or as many rows of them as leave room for others.
 * @param {HTMLElement[]} cards
 * @param {number} line
 */
function pin(cards, line) {
  const urgent = cards.filter((card) => card.classList.contains("urgent"));
  cards.forEach((card) => card.toggleAttribute("data-off", !urgent.includes(card)));
  const kept = urgent.slice(0, keepAbove(urgent, line));
  kept.forEach((card) => card.setAttribute("data-pinned", ""));
  return kept.length;
}

/**
 * Shows a page: what is pinned, and of the others as many whole rows as there is room for.
 * @param {HTMLElement} box
 * @param {string} from  the card that it begins with
 */
function show(box, from) {
  const cards = membersOf(box);
  for (const card of cards) {
    card.removeAttribute("data-off");
    card.removeAttribute("data-pinned");
  }
  const room = innerHeight - EDGE - box.getBoundingClientRect().top;
  const all = cards.every((card) => bottom(card) <= room);
  const pinned = all ? 0 : pin(cards, room * PINNED);
  const rest = cards.filter((card) => !card.hasAttribute("data-pinned"));
  const start = Math.max(0, rest.findIndex((card) => card.id === from));
  rest.forEach((card, n) => card.toggleAttribute("data-off", n < start));
  // What is the only one of its page is shown however tall it is.
  const shown = Math.max(1, keepAbove(rest.slice(start), room));
  if (rest[start]) rest[start].removeAttribute("data-off");
  first = rest[start] ? rest[start].id : "";
  next = rest[start + shown] ? rest[start + shown].id : "";
  tell(all, pinned, start, Math.min(start + shown, rest.length));
}

/**
 * @param {boolean} all
 * @param {number} pinned
 * @param {number} from
 * @param {number} to
 */
function tell(all, pinned, from, to) {
  const range = byId("wall-range");
  const total = Number(byId("board-pager")?.dataset.total) || 0;
  // The pinned ones are counted where they come first.
  const shown = { first: from ? pinned + from + 1 : 1, last: pinned + to, total };
  const text = all && total <= to ? "" : words("range", shown);
  if (range && range.textContent !== text) range.textContent = text;
}

/** Cards came, went or grew: what is shown begins where it began. */
function fit() {
  const box = byId("open-orders");
  if (box) show(box, first);
}

function turn() {
  const box = byId("open-orders");
  if (!box || !box.querySelector("[data-off]")) return;
  show(box, next);
  // Read once so that the page fades in anew.
  box.removeAttribute("data-turned");
  void box.offsetWidth;
  box.setAttribute("data-turned", "");
}

function tick() {
  const place = byId("wall-clock");
  const time = wallTime(Date.now());
  if (place && place.textContent !== time) place.textContent = time;
}

export function start() {
  const root = document.documentElement;
  if (!root.classList.contains("wall")) return;
  tick();
  setInterval(tick, 1000);
  fit();
  onChange(fit);
  addEventListener("resize", fit);
  // What is said of old data takes room.
  new MutationObserver(fit).observe(root, { attributeFilter: ["data-live"] });
  setInterval(turn, (Number(new URLSearchParams(location.search).get("turn")) || TURN) * 1000);
}
