// The one applier: frames, answers to commands and pages fetched again (whole.js) all come through here.

import { changed, facts, isBoard } from "./page.js";
import { holds, isTyping, onRelease, STILL } from "./hold.js";
import { whenStill } from "./touch.js";
import { now } from "./clock.js";
import { morph, takeMissed } from "./morph.js";
import { isMine } from "./marks.js";
import { version, raise, settle, join, leave, stay } from "./lists.js";
import { heard } from "./say.js";

/** A card is news while its order is this young: others come in at the window's edge, reopened, or as a filter finds them. */
const NEWS_FOR = 60000;
/** Between an order's own time and the commit that shows it. */
const SLACK = 5000;

const held = new Map();
const gone = new Map();
const present = new Map();
let newcomers = 0;
let opened = Infinity;

/** Keeps the newest of what an element in use will become. */
export function hold(id, fresh, ctx) {
  held.set(id, { fresh, ctx });
  if (fresh.hasAttribute("data-still")) whenStill(STILL, applyHeld);
}

/** Another history: nothing of the old one counts. */
export function forgetHistory() {
  held.clear();
  gone.clear();
}

export function parseHtml(html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  return Array.from(box.content.children);
}

/**
 * Applies the fragments of a frame that ends at `to`. Its lists are complete up to there and no further, and only when
 * all of it is applied: a fragment may be newer than its frame, and what comes next is no echo for that.
 */
export function applyHtml(html, to) {
  if (!html) return;
  const lists = new Set();
  for (const el of parseHtml(html)) {
    const old = el.id && document.getElementById(el.id);
    lists.add(el.dataset.in).add(old && old.dataset.in ? old.parentElement.id : undefined);
    applyOne(el, {});
  }
  lists.forEach((id) => raise(id ? document.getElementById(id) : null, to));
  changed();
}

/** Who is at work where: no versions, always the newest and always all of it. Where nobody is named, nobody is. */
export function applyPresence(html) {
  present.clear();
  for (const el of parseHtml(html)) present.set(el.id, el.textContent);
  showPresent(document);
  changed();
}

function showPresent(root) {
  root.querySelectorAll('[id^="presence-"]').forEach((slot) => {
    const text = present.get(slot.id) || "";
    if (slot.textContent !== text) slot.textContent = slot.title = text;
  });
}

/** One fragment. `ctx.whole`: its list is known in full; `ctx.force`: versions do not count; `ctx.now`: nothing is announced first. */
export function applyOne(fresh, ctx) {
  if (!fresh.id) return;
  if (fresh.hasAttribute("data-gone")) removeOne(fresh, ctx);
  else upsert(fresh, ctx);
}

function removeOne(fresh, ctx) {
  const v = version(fresh);
  const old = document.getElementById(fresh.id);
  if (old && v < version(old)) return;
  gone.set(fresh.id, v);
  held.delete(fresh.id);
  if (old) leave(old, ctx);
}

function upsert(fresh, ctx) {
  const v = version(fresh);
  const listId = fresh.dataset.in;
  const list = listId ? document.getElementById(listId) : null;
  const old = document.getElementById(fresh.id);
  if (!old) {
    if (!list || (!ctx.whole && (v <= version(list) || v <= (gone.get(fresh.id) || 0)))) return;
    gone.delete(fresh.id);
    showPresent(fresh);
    join(document.adoptNode(fresh), list, ctx);
    if (isBoard() && !ctx.now && isNews(fresh)) newcomers += 1;
    if (!isBoard() && !ctx.whole && !ctx.now) heard(fresh);
    return;
  }
  if (!ctx.force && fresh.dataset.v !== undefined && v < version(old)) return;
  const waiting = held.get(fresh.id);
  if (!ctx.force && waiting && v < version(waiting.fresh)) return;
  if (holds(old, fresh, isMine(fresh.id))) {
    hold(fresh.id, fresh, ctx);
    return;
  }
  held.delete(fresh.id);
  if (listId && !list) {
    leave(old, ctx);
    return;
  }
  const now = morph(old, fresh);
  stay(now);
  if (list) settle(now, list, ctx);
}

function isNews(card) {
  const time = card.querySelector("time[data-at]");
  const at = time ? Date.parse(time.getAttribute("datetime")) : NaN;
  return at > opened && now() - at < NEWS_FOR;
}

let stale = false;
let refetch = () => {};

/** `again()` fetches the page: asked for when a form that was passed over is free. */
export function onMissed(again) {
  refetch = again;
}

/** Gives back what waited for a field or a sheet, where that is no longer in use. */
export function applyHeld() {
  stale = takeMissed() || stale;
  if (stale && !isTyping()) {
    stale = false;
    refetch();
  }
  if (!held.size) return;
  for (const [id, { fresh, ctx }] of Array.from(held)) {
    const old = document.getElementById(id);
    if (old && holds(old, fresh, isMine(id))) continue;
    held.delete(id);
    if (old) upsert(fresh, ctx);
  }
  changed();
}

/** How many cards joined the board since this was last asked. */
export function takeNewcomers() {
  const count = newcomers;
  newcomers = 0;
  return count;
}

export function start() {
  opened = Date.parse(facts().now || "") - SLACK;
  onRelease(applyHeld);
}
