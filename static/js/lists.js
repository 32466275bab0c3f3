// Lists own their members and their order; this decides when a member goes to its place.

import { whenStill } from "./touch.js";
import { defers } from "./defer.js";
import { isOwn } from "./marks.js";
import { shifted } from "./tap.js";
import { byId, find, focused } from "./dom.js";

/** @typedef {import("./apply.js").Rules} Rules */

const OWN_REST = 2000;
/** What somebody else changed stays where it is until this person rests so long, scrolls, or sees own rows move. */
const OTHERS_REST = 5000;
const TAP_REST = 400;

/** @type {WeakMap<HTMLElement, { cancel: () => void }>} */
const plans = new WeakMap();
/** What waits for this person's rest, and may go sooner. @type {Set<(now: boolean) => void>} */
const resting = new Set();

/** @param {HTMLElement} el */
export const version = (el) => Number(el.dataset.v) || 0;

/** @param {Element} list */
export const membersOf = (list) => /** @type {HTMLElement[]} */ (Array.from(list.children).filter((el) => el.hasAttribute("data-sort")));

/**
 * @param {HTMLElement | null} list
 * @param {number} v
 */
export function raise(list, v) {
  if (list && list.dataset.v !== undefined && v > version(list)) list.dataset.v = String(v);
}

/**
 * How long a change made by somebody else is announced in place, in ms. What cannot be tapped need not wait.
 * @param {HTMLElement} el
 * @param {Rules} ctx
 * @param {boolean} own
 */
function rest(el, ctx, own) {
  if (document.hidden || !find("a, button", el) || (ctx.now && !own)) return 0;
  return OTHERS_REST;
}

/** @param {Element} el */
const sortOf = (el) => el.getAttribute("data-sort") || "";

/**
 * Members on their way stand where they stood: nothing is measured by them.
 * @param {Element} el
 */
const isSteady = (el) => el.hasAttribute("data-sort") && !el.hasAttribute("data-moving") && !el.hasAttribute("data-leaving");

/**
 * @param {HTMLElement} el
 * @param {HTMLElement} list
 */
function placeInOrder(el, list) {
  const sort = sortOf(el);
  let next = list.firstElementChild;
  while (next && (next === el || !isSteady(next) || sortOf(next) <= sort)) next = next.nextElementSibling;
  const active = focused();
  list.insertBefore(el, next);
  if (active && active !== document.activeElement && el.contains(active)) active.focus({ preventScroll: true });
}

/**
 * @param {HTMLElement} el
 * @param {HTMLElement} list
 */
function inOrder(el, list) {
  if (el.parentElement !== list) return false;
  let before = el.previousElementSibling;
  while (before && !isSteady(before)) before = before.previousElementSibling;
  let after = el.nextElementSibling;
  while (after && !isSteady(after)) after = after.nextElementSibling;
  return !(before && sortOf(before) > sortOf(el)) && !(after && sortOf(after) < sortOf(el));
}

/** @param {HTMLElement} el */
function forget(el) {
  const plan = plans.get(el);
  if (plan) plan.cancel();
  plans.delete(el);
  el.removeAttribute("data-moving");
  el.removeAttribute("data-leaving");
}

/**
 * Runs `task` when the change has been seen: own ones 2 s after the last touch, others' after their rest.
 * `kept` is what will hold the words typed in `el` afterwards: itself when it only moves.
 * @param {HTMLElement} el
 * @param {number} wait
 * @param {boolean} own
 * @param {HTMLElement | null} kept
 * @param {() => void} task
 */
function plan(el, wait, own, kept, task) {
  const entry = { cancel() {} };
  const act = () => {
    if (!el.isConnected) return;
    if (defers(el, kept, own)) {
      entry.cancel = whenStill(1000, act, true);
      return;
    }
    task();
  };
  entry.cancel = own ? whenStill(OWN_REST, act, true) : whenRested(wait, act);
  plans.set(el, entry);
}

/**
 * Runs `task` once nobody has touched for `wait`, or sooner when this person scrolls or own rows move. Returns what calls it off.
 * @param {number} wait
 * @param {() => void} task
 */
function whenRested(wait, task) {
  let cancel = whenStill(wait, done, true);
  /** @param {boolean} now */
  function sooner(now) {
    cancel();
    if (now) done();
    else cancel = whenStill(TAP_REST, done, true);
  }
  function done() {
    resting.delete(sooner);
    task();
  }
  resting.add(sooner);
  return () => {
    resting.delete(sooner);
    return cancel();
  };
}

/** @param {boolean} now */
function release(now) {
  for (const sooner of Array.from(resting)) sooner(now);
}

/**
 * Brings a member that is already on the page to its place, at once or after its rest.
 * @param {HTMLElement} el
 * @param {HTMLElement} list
 * @param {Rules} ctx
 */
export function settle(el, list, ctx) {
  if (inOrder(el, list)) {
    forget(el);
    return;
  }
  const own = isOwn(el.id);
  const wait = rest(el, ctx, own);
  const go = () => {
    forget(el);
    const target = byId(el.dataset.in || "") || list;
    if (!inOrder(el, target)) placeInOrder(el, target);
    moved(own);
  };
  if (wait === 0 && !defers(el, el, own)) {
    go();
    return;
  }
  if (el.dataset.moving !== undefined && plans.has(el)) return;
  forget(el);
  el.dataset.moving = own ? "own" : "other";
  plan(el, wait, own, el, go);
}

/**
 * A member the page did not have. It joins at the end, unless the list or the moment allows its place at once.
 * @param {HTMLElement} el
 * @param {HTMLElement} list
 * @param {Rules} ctx
 */
export function join(el, list, ctx) {
  if (rest(el, ctx, false) === 0) {
    placeInOrder(el, list);
    return;
  }
  list.appendChild(el);
  el.dataset.new = "";
  setTimeout(() => el.removeAttribute("data-new"), 4000);
  settle(el, list, ctx);
}

/**
 * Takes an element away, from a list only after it was seen leaving.
 * @param {HTMLElement} el
 * @param {Rules} ctx
 */
export function leave(el, ctx) {
  const list = el.dataset.in ? el.parentElement : null;
  const own = isOwn(el.id);
  const wait = list ? rest(el, ctx, own) : 0;
  const go = () => {
    if (el.contains(document.activeElement)) handFocus(el);
    plans.delete(el);
    el.remove();
    if (list) moved(own);
  };
  if (wait === 0 && !defers(el, null, own)) {
    forget(el);
    go();
    return;
  }
  if (el.dataset.leaving !== undefined && plans.has(el)) return;
  forget(el);
  el.dataset.leaving = "";
  plan(el, wait, own, null, go);
}

/**
 * A member that was leaving came back.
 * @param {HTMLElement} el
 */
export function stay(el) {
  if (el.dataset.leaving !== undefined) forget(el);
}

/**
 * Own rows move after a rest of their own: what others did goes with them. After theirs a thumb may be under way.
 * @param {boolean} own
 */
function moved(own) {
  if (own) release(true);
  else shifted();
}

/** @param {HTMLElement} el */
function handFocus(el) {
  const near = el.nextElementSibling || el.previousElementSibling;
  const target = near && find("button, a[href], input, [tabindex]", near);
  if (target) target.focus({ preventScroll: true });
}

export function start() {
  for (const type of ["wheel", "touchmove"]) document.addEventListener(type, () => release(false), { capture: true, passive: true });
}
