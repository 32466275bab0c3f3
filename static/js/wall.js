// The board on a wall: read from five metres, touched by nobody. This device remembers it; /?wall=1 and /?wall=0 say so,
// and turn=SECONDS how long a screenful stays. Class "wall" of <html>.

import { isBoard, onChange } from "./page.js";
import { isOurs } from "./reload.js";
import { byId, find } from "./dom.js";
import { wallTime } from "./clock.js";
import { membersOf } from "./lists.js";
import { words } from "./words.js";

const KEY = "separacao.wall";
const TURN = 15;
/** Room for the shadow of a card inside the list that cuts it off. */
const EDGE = 4;

let first = "";
let next = 0;

/** @param {string | null} asked */
function isWanted(asked) {
  try {
    if (asked === "1") localStorage.setItem(KEY, "1");
    else if (asked === "0") localStorage.removeItem(KEY);
    return asked ? asked === "1" : localStorage.getItem(KEY) === "1";
  } catch (error) {
    return asked === "1";
  }
}

const list = () => byId("open-orders");

const pager = () => byId("board-pager");

/** @param {HTMLElement} card */
const bottom = (card) => card.offsetTop + card.offsetHeight;

/**
 * Shows whole rows from one card on, as many as the wall has room for; the last screenful is a full one.
 * @param {number} from
 */
function show(from) {
  const box = list();
  const cards = box ? membersOf(box) : [];
  if (!box || !cards.length) return;
  const room = innerHeight - box.getBoundingClientRect().top - 3 * EDGE;
  /** @param {number} one @param {number} other */
  const isRoom = (one, other) => bottom(cards[other]) - cards[one].offsetTop <= room;
  let start = Math.min(from, cards.length - 1);
  let end = start + 1;
  while (end < cards.length && (isRoom(start, end) || cards[end].offsetTop === cards[start].offsetTop)) end += 1;
  while (end === cards.length && start > 0 && isRoom(start - 1, end - 1)) start -= 1;
  first = cards[start].id;
  next = end < cards.length ? end : 0;
  const top = cards[start].offsetTop - EDGE;
  box.style.height = bottom(cards[end - 1]) + EDGE - top + "px";
  box.scrollTop = top;
  const range = byId("wall-range");
  const { first: before, total } = pager()?.dataset || {};
  const all = start === 0 && end === Number(total);
  const shown = { first: Number(before) + start, last: Number(before) + end - 1, total: Number(total) };
  if (range) range.textContent = all ? "" : words("range", shown);
}

/** Cards came, went or grew: what is shown begins where it began. */
function fit() {
  const card = byId(first);
  const box = list();
  show(box && card ? membersOf(box).findIndex((other) => other.offsetTop === card.offsetTop) : 0);
}

/** The board's next page of cards; after the last one comes the first. Null: there is only this one. */
function otherPage() {
  const query = new URLSearchParams(location.search);
  const page = Number(query.get("page")) || 1;
  if (find("#board-pager [rel=next]")) query.set("page", String(page + 1));
  else if (page > 1) query.delete("page");
  else return null;
  return location.pathname + "?" + query;
}

async function turn() {
  const other = list() && next === 0 ? otherPage() : null;
  // A wall has nobody to bring it back: it goes only where it was answered from.
  if (other && await isOurs(other)) {
    location.assign(other);
    return;
  }
  const box = list();
  if (!box || (next === 0 && box.scrollTop === 0)) return;
  show(next);
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
  const query = new URLSearchParams(location.search);
  if (!isWanted(query.get("wall")) || !isBoard()) return;
  document.documentElement.classList.add("wall");
  tick();
  setInterval(tick, 1000);
  fit();
  onChange(fit);
  addEventListener("resize", fit);
  setInterval(turn, (Number(query.get("turn")) || TURN) * 1000);
}
