// The only place that calls idiomorph (a classic script: the global Idiomorph).

import { isDirty, isInUse, isTextField } from "./defer.js";
import { byId, find, focused } from "./dom.js";

/**
 * @typedef {object} MorphRules
 * @property {(node: HTMLElement, next: HTMLElement) => boolean} [keep]  true leaves an element as it is
 * @property {boolean} [inside]  leaves the element itself alone
 * @property {boolean} [typed]  goes into forms in use as well, and leaves only what was typed
 */

/** @returns {{ morph: (old: Element, fresh: Element | Node[], options: object) => void } | undefined} */
const library = () => /** @type {any} */ (globalThis).Idiomorph;

// Marks the script puts on elements; the server never sends them.
const OURS = new Set(["data-moving", "data-leaving", "data-new", "data-saving", "data-refused", "data-current", "data-unfound",
  "aria-busy", "inert"]);

/** The sentence of a refusal stands there until the next try, or until somebody has read it. */
const OWN_LINES = '[data-error="script"], [data-ended]';

/** @param {Element} el */
const isRefused = (el) => Boolean(el.querySelector(':scope > [data-error="script"]') ||
  (el.hasAttribute("aria-invalid") && el.parentElement && el.parentElement.querySelector('[data-error="script"]')));

/**
 * @param {string} name
 * @param {Element} el
 */
function keepAttribute(name, el) {
  if (OURS.has(name)) return false;
  if (name === "open" && el.matches("dialog, details")) return false;
  if ((name === "class" || name === "aria-invalid") && isRefused(el)) return false;
  return undefined;
}

/**
 * What was typed stays; only the value to fall back to is renewed.
 * @param {any} old
 * @param {any} fresh
 */
function keepTyped(old, fresh) {
  if (old.localName !== fresh.localName) return;
  if (old.localName === "input" || old.localName === "textarea") {
    if (old.type === "checkbox" || old.type === "radio") old.defaultChecked = fresh.defaultChecked;
    else old.defaultValue = fresh.defaultValue;
  }
  for (const name of ["max", "min", "data-max", "data-min"]) {
    if (fresh.hasAttribute(name)) old.setAttribute(name, fresh.getAttribute(name));
  }
}

let missed = false;

/** Whether a form was passed over since this was last asked. */
export function takeMissed() {
  const was = missed;
  missed = false;
  return was;
}

/**
 * @param {Node} el
 * @returns {el is import("./defer.js").Field}
 */
const isField = (el) => el instanceof HTMLElement && el.matches("input, textarea, select");

/**
 * Turns `old` into `fresh` and returns the element that now has its place.
 * @param {HTMLElement} old
 * @param {HTMLElement} fresh
 * @param {MorphRules} [rules]
 * @returns {HTMLElement}
 */
export function morph(old, fresh, rules) {
  const { keep, inside, typed } = rules || {};
  const idiomorph = library();
  if (!idiomorph) {
    if (inside) old.replaceChildren(...Array.from(fresh.childNodes));
    else old.replaceWith(fresh);
    return inside ? old : fresh;
  }
  const id = old.id;
  const active = focused();
  const hadFocus = old.contains(active);
  idiomorph.morph(old, inside ? Array.from(fresh.childNodes) : fresh, {
    morphStyle: inside ? "innerHTML" : "outerHTML",
    // The library's own care for the active element would leave a focused row's words as they were; fields are cared for below.
    ignoreActiveValue: false,
    callbacks: {
      beforeAttributeUpdated: keepAttribute,
      /** @param {Node} node @param {Node} next */
      beforeNodeMorphed(node, next) {
        if (!(node instanceof HTMLElement)) return true;
        if (node !== old && node.hasAttribute("data-keep")) return false;
        if (node.matches("[data-error]:not([hidden])")) return false;
        if (node.localName === "form" && isInUse(node) && !typed) {
          missed = true;
          return false;
        }
        if (isField(node) && isField(next) && isDirty(node)) {
          keepTyped(node, next);
          return false;
        }
        return !(keep && keep(node, /** @type {HTMLElement} */ (next)));
      },
      /** @param {Node} node */
      beforeNodeRemoved(node) {
        if (!(node instanceof HTMLElement)) return true;
        if (node.matches(OWN_LINES)) return false;
        if (!inside) return true;
        return !(node.matches("dialog[open]") || node.querySelector("dialog[open]") ||
          (node.contains(active) && isTextField(active)));
      },
    },
  });
  if (active && active !== document.activeElement && active.isConnected && active !== document.body) {
    active.focus({ preventScroll: true });
  }
  const now = (id && byId(id)) || old;
  // What had the focus is no longer there: its row keeps it.
  if (hadFocus && active && !active.isConnected) find("button, a[href]", now)?.focus({ preventScroll: true });
  return now;
}
