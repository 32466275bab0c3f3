// A page fetched again, brought in by the applier piece by piece: what is in use, touched or newer stays.

import { main, changed } from "./page.js";
import { applyOne, defer, forgetHistory } from "./apply.js";
import { activeField, defers } from "./defer.js";
import { isOwn } from "./marks.js";
import { morph } from "./morph.js";
import { version, raise, leave, membersOf } from "./lists.js";
import { byId, find, findAll } from "./dom.js";

/** @typedef {import("./apply.js").Rules} Rules */
/** @typedef {Map<string, { v: number, members: HTMLElement[] }>} Lists  what the fresh page has in each list */

/**
 * Turns this page into the one just fetched. `force`: another history, versions do not count; `now`: the page was known
 * to be old, so nothing is announced before it moves; `typed`: a form in use is renewed around what was typed in it.
 * @param {HTMLElement} fresh
 * @param {Rules} ctx
 */
export function applyPage(fresh, ctx) {
  const old = main();
  if (!old) return;
  const rules = Object.assign({ whole: true }, ctx);
  if (rules.force) forgetHistory();
  const lists = takeMembers(old, fresh);
  for (const { name, value } of Array.from(fresh.attributes)) {
    if (name !== "data-cursor") old.setAttribute(name, value);
  }
  if (fresh.dataset.can !== undefined) document.body.dataset.can = fresh.dataset.can;
  morph(old, fresh, { inside: true, typed: rules.typed, keep: (node, next) => keepInPage(node, next, lists, rules) });
  reconcile(lists, rules);
  changed();
}

/**
 * Members are brought to their place by lists.js, not by the morph: it would move what is in use or touched.
 * @param {HTMLElement} old
 * @param {HTMLElement} fresh
 */
function takeMembers(old, fresh) {
  /** @type {Set<string>} */
  const ids = new Set();
  for (const root of [fresh, old]) {
    for (const el of findAll("[data-in]", root)) ids.add(el.dataset.in || "");
  }
  /** @type {Lists} */
  const lists = new Map();
  for (const id of ids) {
    const source = find("#" + CSS.escape(id), fresh);
    if (!source || !find("#" + CSS.escape(id), old)) continue;
    const members = membersOf(source);
    members.forEach((el) => el.remove());
    lists.set(id, { v: version(source), members });
  }
  return lists;
}

/**
 * @param {HTMLElement} node
 * @param {HTMLElement} next
 * @param {Lists} lists
 * @param {Rules} rules
 */
function keepInPage(node, next, lists, rules) {
  if (lists.has(node.id)) {
    for (const { name, value } of Array.from(next.attributes || [])) {
      if (name !== "data-v") node.setAttribute(name, value);
    }
    return true;
  }
  if (node.matches("dialog[open]") && !node.dataset.v) return true;
  if (!node.id || node.dataset.v === undefined || !next.dataset || next.dataset.v === undefined) return false;
  if (!rules.force && version(next) < version(node)) return true;
  if (!defersItself(node, next)) return false;
  defer(node.id, /** @type {HTMLElement} */ (next.cloneNode(true)), rules);
  return true;
}

/**
 * A wrapper does not wait for what one of its own keyed parts waits for.
 * @param {HTMLElement} node
 * @param {HTMLElement} next
 */
function defersItself(node, next) {
  /** @type {Element[]} */
  const hot = findAll("dialog[open]", node);
  const field = activeField();
  if (field && node.contains(field)) hot.push(field);
  if (hot.length) return hot.some((el) => el.parentElement?.closest("[id][data-v]") === node);
  return node.querySelector("[id][data-v]") === null && defers(node, next, isOwn(node.id));
}

/**
 * A page older than a list takes nothing from it and adds nothing to it.
 * @param {Lists} lists
 * @param {Rules} rules
 */
function reconcile(lists, rules) {
  const pairs = Array.from(lists).flatMap(([id, page]) => {
    const list = byId(id);
    return list ? [{ list, page, whole: Boolean(rules.force) || page.v >= version(list) }] : [];
  });
  const stays = new Set();
  for (const { page, whole } of pairs) {
    for (const el of page.members) {
      stays.add(el.id);
      applyOne(el, Object.assign({}, rules, { whole }));
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
