// The one applier: frames, answers to commands and pages fetched again all come through here.

import { main, changed, isBoard } from "./page.js";
import { holds, onRelease, activeField } from "./hold.js";
import { morph } from "./morph.js";
import { isMine } from "./marks.js";
import { version, raise, settle, join, leave, stay, membersOf } from "./lists.js";

const held = new Map();
const gone = new Map();
let newcomers = 0;

export const heldCount = () => held.size;

export function parseHtml(html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  return Array.from(box.content.children);
}

/** Applies the fragments of a frame. */
export function applyHtml(html) {
  if (!html) return;
  for (const el of parseHtml(html)) applyOne(el, {});
  changed();
}

/** Who is at work where: no versions, no lists, always the newest. */
export function applyPresence(html) {
  for (const el of parseHtml(html)) {
    const old = el.id && document.getElementById(el.id);
    if (old) morph(old, el, { inside: true });
  }
  changed();
}

function applyOne(fresh, ctx) {
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
  raise(document.getElementById(fresh.dataset.in), v);
  if (!old) return;
  if (old.dataset.in) raise(old.parentElement, v);
  leave(old, ctx);
}

function upsert(fresh, ctx) {
  const v = version(fresh);
  const listId = fresh.dataset.in;
  const list = listId ? document.getElementById(listId) : null;
  const old = document.getElementById(fresh.id);
  if (!old) {
    if (!list || (!ctx.whole && (v <= version(list) || v <= (gone.get(fresh.id) || 0)))) return;
    gone.delete(fresh.id);
    raise(list, v);
    join(document.adoptNode(fresh), list, ctx);
    if (isBoard() && !ctx.now) newcomers += 1;
    return;
  }
  if (!ctx.force && fresh.dataset.v !== undefined && v < version(old)) return;
  const waiting = held.get(fresh.id);
  if (!ctx.force && waiting && v < version(waiting.fresh)) return;
  raise(list, v);
  if (holds(old, fresh, isMine(fresh.id))) {
    held.set(fresh.id, { fresh, ctx });
    return;
  }
  held.delete(fresh.id);
  if (listId && !list) {
    leave(old, ctx);
    return;
  }
  if (old.dataset.in && old.parentElement !== list) raise(old.parentElement, v);
  const now = morph(old, fresh);
  stay(now);
  if (list) settle(now, list, ctx);
}

/** Gives back what waited for a field or a sheet, where that is no longer in use. */
export function applyHeld() {
  if (!held.size) return;
  for (const [id, { fresh, ctx }] of Array.from(held)) {
    const old = document.getElementById(id);
    if (old && holds(old, fresh, isMine(id))) continue;
    held.delete(id);
    if (old) upsert(fresh, ctx);
  }
  changed();
}

/**
 * Turns this page into the one just fetched. `ctx.force`: another history, versions do not count;
 * `ctx.now`: the page was known to be old, so nothing is announced before it moves.
 */
export function applyPage(fresh, ctx) {
  const old = main();
  const rules = Object.assign({ whole: true }, ctx);
  if (rules.force) {
    held.clear();
    gone.clear();
  }
  const lists = takeMembers(old, fresh);
  for (const { name, value } of Array.from(fresh.attributes)) {
    if (name !== "data-cursor") old.setAttribute(name, value);
  }
  if (fresh.dataset.can !== undefined) document.body.dataset.can = fresh.dataset.can;
  morph(old, fresh, { inside: true, keep: (node, next) => keepInPage(node, next, lists, rules) });
  reconcile(lists, rules);
  changed();
}

/** Members are brought to their place by lists.js, not by the morph: it would move what is held or touched. */
function takeMembers(old, fresh) {
  const lists = new Map();
  for (const root of [fresh, old]) {
    for (const el of Array.from(root.querySelectorAll("[data-in]"))) lists.set(el.dataset.in, null);
  }
  for (const id of Array.from(lists.keys())) {
    const source = fresh.querySelector("#" + CSS.escape(id));
    if (!source || !old.querySelector("#" + CSS.escape(id))) {
      lists.delete(id);
      continue;
    }
    const members = membersOf(source);
    members.forEach((el) => el.remove());
    lists.set(id, { v: version(source), members });
  }
  return lists;
}

function keepInPage(node, next, lists, rules) {
  if (lists.has(node.id)) {
    for (const { name, value } of Array.from(next.attributes || [])) {
      if (name !== "data-v") node.setAttribute(name, value);
    }
    return true;
  }
  if (node.matches("dialog[open]") && !node.dataset.v) return true;
  if (node.localName === "input" && node === activeField()) return true;
  if (!node.id || node.dataset.v === undefined || !next.dataset || next.dataset.v === undefined) return false;
  if (!rules.force && version(next) < version(node)) return true;
  if (!holdsItself(node, next)) return false;
  held.set(node.id, { fresh: next.cloneNode(true), ctx: rules });
  return true;
}

/** A wrapper is not held for what one of its own keyed parts holds. */
function holdsItself(node, next) {
  const hot = Array.from(node.querySelectorAll("dialog[open]"));
  if (activeField() && node.contains(activeField())) hot.push(activeField());
  if (hot.length) return hot.some((el) => el.parentElement.closest("[id][data-v]") === node);
  return node.querySelector("[id][data-v]") === null && holds(node, next, isMine(node.id));
}

/** A page older than a list takes nothing from it and adds nothing to it. */
function reconcile(lists, rules) {
  const pairs = Array.from(lists, ([id, page]) => ({ list: document.getElementById(id), page })).filter((pair) => pair.list);
  const stays = new Set();
  for (const pair of pairs) {
    pair.whole = rules.force || pair.page.v >= version(pair.list);
    for (const el of pair.page.members) {
      stays.add(el.id);
      applyOne(el, Object.assign({}, rules, { whole: pair.whole }));
    }
  }
  for (const { list, page, whole } of pairs) {
    if (!whole) continue;
    for (const el of membersOf(list)) {
      if (!stays.has(el.id) && (rules.force || version(el) <= page.v)) leave(el, rules);
    }
    if (rules.force && list.dataset.v !== undefined) list.dataset.v = String(page.v);
    else raise(list, page.v);
  }
}

/** How many cards joined the board since this was last asked. */
export function takeNewcomers() {
  const count = newcomers;
  newcomers = 0;
  return count;
}

export function start() {
  onRelease(applyHeld);
}
