// Lists own their members and their order; this decides when a member goes to its place.

import { isBoard } from "./page.js";
import { whenStill } from "./touch.js";
import { holds } from "./hold.js";
import { isMine } from "./marks.js";

const OWN_REST = 2000;
const TAP_REST = 400;

const plans = new WeakMap();

export const version = (el) => Number(el.dataset.v) || 0;

export const membersOf = (list) => Array.from(list.children).filter((el) => el.hasAttribute("data-sort"));

export function raise(list, v) {
  if (list && list.dataset.v !== undefined && v > version(list)) list.dataset.v = String(v);
}

/** How long a change made by somebody else is announced in place, in ms. What cannot be tapped need not wait. */
function rest(el, ctx, mine) {
  if (document.hidden || !el.querySelector("a, button") || (ctx.now && !mine)) return 0;
  return isBoard() ? 5000 : 2000;
}

const sortOf = (el) => el.getAttribute("data-sort");

/** Members on their way stand where they stood: nothing is measured by them. */
const isSteady = (el) => el.hasAttribute("data-sort") && !el.hasAttribute("data-moving") && !el.hasAttribute("data-leaving");

function placeInOrder(el, list) {
  const sort = sortOf(el);
  let next = list.firstElementChild;
  while (next && (next === el || !isSteady(next) || sortOf(next) <= sort)) next = next.nextElementSibling;
  const active = document.activeElement;
  list.insertBefore(el, next);
  if (active !== document.activeElement && el.contains(active)) active.focus({ preventScroll: true });
}

function inOrder(el, list) {
  if (el.parentElement !== list) return false;
  let before = el.previousElementSibling;
  while (before && !isSteady(before)) before = before.previousElementSibling;
  let after = el.nextElementSibling;
  while (after && !isSteady(after)) after = after.nextElementSibling;
  return !(before && sortOf(before) > sortOf(el)) && !(after && sortOf(after) < sortOf(el));
}

function forget(el) {
  const plan = plans.get(el);
  if (plan) plan.cancel();
  plans.delete(el);
  el.removeAttribute("data-moving");
  el.removeAttribute("data-leaving");
}

/** Runs `task` when the change has been seen: own ones 2 s after the last touch, others' after their rest.
 *  `kept` is what will hold the words typed in `el` afterwards: itself when it only moves. */
function plan(el, wait, mine, kept, task) {
  const entry = { cancel() {} };
  const act = () => {
    if (!el.isConnected) return;
    if (holds(el, kept, mine)) {
      entry.cancel = whenStill(1000, act, true);
      return;
    }
    task();
  };
  if (mine) {
    entry.cancel = whenStill(OWN_REST, act, true);
  } else {
    const timer = setTimeout(() => { entry.cancel = whenStill(TAP_REST, act); }, wait);
    entry.cancel = () => clearTimeout(timer);
  }
  plans.set(el, entry);
}

/** Brings a member that is already on the page to its place, at once or after its rest. */
export function settle(el, list, ctx) {
  if (inOrder(el, list)) {
    forget(el);
    return;
  }
  const mine = isMine(el.id);
  const wait = rest(el, ctx, mine);
  const go = () => {
    forget(el);
    const target = document.getElementById(el.dataset.in) || list;
    if (!inOrder(el, target)) placeInOrder(el, target);
  };
  if (wait === 0 && !holds(el, el, mine)) return go();
  if (el.dataset.moving !== undefined && plans.has(el)) return;
  forget(el);
  el.dataset.moving = mine ? "own" : "other";
  plan(el, wait, mine, el, go);
}

/** A member the page did not have. It joins at the end, unless the list or the moment allows its place at once. */
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

/** Takes an element away, from a list only after it was seen leaving. */
export function leave(el, ctx) {
  const list = el.dataset.in ? el.parentElement : null;
  const mine = isMine(el.id);
  const wait = list ? rest(el, ctx, mine) : 0;
  const go = () => {
    if (el.contains(document.activeElement)) handFocus(el);
    plans.delete(el);
    el.remove();
  };
  if (wait === 0 && !holds(el, null, mine)) {
    forget(el);
    return go();
  }
  if (el.dataset.leaving !== undefined && plans.has(el)) return;
  forget(el);
  el.dataset.leaving = "";
  plan(el, wait, mine, null, go);
}

/** A member that was leaving came back. */
export function stay(el) {
  if (el.dataset.leaving !== undefined) forget(el);
}

function handFocus(el) {
  const near = el.nextElementSibling || el.previousElementSibling;
  const target = near && near.querySelector("button, a[href], input, [tabindex]");
  if (target) target.focus({ preventScroll: true });
}
