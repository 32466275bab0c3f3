// A page fetched again, brought in by the applier piece by piece: what is held, touched or newer stays.

import { main, changed } from "./page.js";
import { applyOne, hold, forgetHistory } from "./apply.js";
import { activeField, holds } from "./hold.js";
import { isMine } from "./marks.js";
import { morph } from "./morph.js";
import { version, raise, leave, membersOf } from "./lists.js";

/**
 * Turns this page into the one just fetched. `ctx.force`: another history, versions do not count;
 * `ctx.now`: the page was known to be old, so nothing is announced before it moves;
 * `ctx.typed`: a form in use is renewed around what was typed in it.
 */
export function applyPage(fresh, ctx) {
  const old = main();
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
  if (!node.id || node.dataset.v === undefined || !next.dataset || next.dataset.v === undefined) return false;
  if (!rules.force && version(next) < version(node)) return true;
  if (!holdsItself(node, next)) return false;
  hold(node.id, next.cloneNode(true), rules);
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
