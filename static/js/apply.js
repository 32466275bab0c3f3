// The one applier: frames, answers to commands and pages fetched again (page-morph.js) all come through here.

import { changed, facts, isBoard } from "./page.js";
import { defers, isTyping, onRelease, STILL } from "./defer.js";
import { isStill, whenStill } from "./touch.js";
import { now } from "./clock.js";
import { morph, takeMissed } from "./morph.js";
import { isOwn } from "./marks.js";
import { version, raise, settle, join, leave, stay } from "./lists.js";
import { heard } from "./announce.js";
import { consider } from "./alarm.js";
import { byId, find, findAll } from "./dom.js";

/**
 * @typedef {object} Rules
 * @property {boolean} [whole]  the list is known in full
 * @property {boolean} [force]  versions do not count
 * @property {boolean} [now]  nothing is announced first
 * @property {boolean} [typed]  a form in use is renewed around what was typed in it
 */

/** A card is news while its order is this young: others come in at the window's edge, reopened, or as a filter finds them. */
const NEWS_FOR = 60000;
/** Between an order's own time and the commit that shows it. */
const SLACK = 5000;

/** @type {Map<string, { fresh: HTMLElement, ctx: Rules }>} */
const deferred = new Map();
/** Of what left, and when; a list that was raised since knows without it. @type {Map<string, number>} */
const gone = new Map();
/** A wall stands open for days. */
const MOST_GONE = 500;
/** @type {Map<string, string>} */
const present = new Map();
let newcomers = 0;
let opened = Infinity;

/**
 * Keeps the newest of what an element in use will become.
 * @param {string} id
 * @param {HTMLElement} fresh
 * @param {Rules} ctx
 */
export function defer(id, fresh, ctx) {
  deferred.set(id, { fresh, ctx });
  // Where the hands rest already it waits for something else: a field or a sheet, which say when they are left.
  if (fresh.hasAttribute("data-still") && !isStill(STILL)) whenStill(STILL, applyDeferred);
}

/** Another history: nothing of the old one counts. */
export function forgetHistory() {
  deferred.clear();
  gone.clear();
}

/** @param {string} html */
function parseHtml(html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  return /** @type {HTMLElement[]} */ (Array.from(box.content.children));
}

/**
 * Applies the fragments of a frame that ends at `to`. Its lists are complete up to there and no further, and only when
 * all of it is applied: a fragment may be newer than its frame, and what comes next is no echo for that.
 * @param {string | undefined} html
 * @param {number} to
 */
export function applyHtml(html, to) {
  if (!html) return;
  /** @type {Set<string | undefined>} */
  const lists = new Set();
  for (const el of parseHtml(html)) {
    const old = el.id ? byId(el.id) : null;
    lists.add(el.dataset.in).add(old && old.dataset.in ? old.parentElement?.id : undefined);
    applyOne(el, {});
  }
  lists.forEach((id) => raise(id ? byId(id) : null, to));
  changed();
}

/**
 * Presence has no versions: each message is complete, and slots that it does not name are emptied.
 * @param {string} html
 */
export function applyPresence(html) {
  present.clear();
  for (const el of parseHtml(html)) present.set(el.id, el.textContent || "");
  showPresent(document);
  changed();
}

/** @param {ParentNode} root */
function showPresent(root) {
  for (const slot of findAll('[id^="presence-"]', root)) {
    const text = present.get(slot.id) || "";
    if (slot.textContent !== text) slot.textContent = slot.title = text;
  }
}

/**
 * One fragment.
 * @param {HTMLElement} fresh
 * @param {Rules} ctx
 */
export function applyOne(fresh, ctx) {
  if (!fresh.id) return;
  if (fresh.hasAttribute("data-gone")) removeOne(fresh, ctx);
  else upsert(fresh, ctx);
}

/**
 * @param {HTMLElement} fresh
 * @param {Rules} ctx
 */
function removeOne(fresh, ctx) {
  const v = version(fresh);
  const old = byId(fresh.id);
  if (old && v < version(old)) return;
  gone.delete(fresh.id);
  gone.set(fresh.id, v);
  if (gone.size > MOST_GONE) gone.delete(gone.keys().next().value || "");
  deferred.delete(fresh.id);
  if (old) leave(old, ctx);
}

/**
 * @param {HTMLElement} fresh
 * @param {Rules} ctx
 */
function upsert(fresh, ctx) {
  const v = version(fresh);
  const listId = fresh.dataset.in;
  const list = listId ? byId(listId) : null;
  const old = byId(fresh.id);
  if (!old) {
    if (!list || (!ctx.whole && (v <= version(list) || v <= (gone.get(fresh.id) || 0)))) return;
    gone.delete(fresh.id);
    showPresent(fresh);
    join(document.adoptNode(fresh), list, ctx);
    if (isBoard() && !ctx.now && isNews(fresh)) newcomers += 1;
    if (!isBoard() && !ctx.whole && !ctx.now) heard(fresh);
    // Also what came while the connection was away.
    consider(fresh);
    return;
  }
  if (!ctx.force && fresh.dataset.v !== undefined && v < version(old)) return;
  const waiting = deferred.get(fresh.id);
  if (!ctx.force && waiting && v < version(waiting.fresh)) return;
  if (defers(old, fresh, isOwn(fresh.id))) {
    defer(fresh.id, fresh, ctx);
    return;
  }
  deferred.delete(fresh.id);
  if (listId && !list) {
    leave(old, ctx);
    return;
  }
  const now = morph(old, fresh);
  stay(now);
  if (list) settle(now, list, ctx);
}

/** @param {HTMLElement} card */
function isNews(card) {
  const time = find("time[data-at]", card);
  const at = time ? Date.parse(time.getAttribute("datetime") || "") : NaN;
  return at > opened && now() - at < NEWS_FOR;
}

let stale = false;
let refetch = () => {};

/**
 * `again()` fetches the page: asked for when a form that was passed over is free.
 * @param {() => void} again
 */
export function onMissed(again) {
  refetch = again;
}

/** Gives back what waited for a field or a sheet, where that is no longer in use. */
export function applyDeferred() {
  stale = takeMissed() || stale;
  if (stale && !isTyping()) {
    stale = false;
    refetch();
  }
  if (!deferred.size) return;
  for (const [id, { fresh, ctx }] of Array.from(deferred)) {
    deferred.delete(id);
    // What is in use still waits again.
    if (byId(id)) upsert(fresh, ctx);
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
  onRelease(applyDeferred);
}
