// The only place that knows idiomorph (a classic script: the global Idiomorph).

import { isDirty, isInUse, isTextField } from "./hold.js";

// Marks the script puts on elements; the server never sends them.
const OURS = new Set(["data-moving", "data-leaving", "data-new", "data-saving", "data-refused", "data-current", "aria-busy", "inert"]);

/** The sentence of a refusal stands there until the next try. */
const SAID = '[data-error="script"]';
const isRefused = (el) => Boolean(el.querySelector(":scope > " + SAID) ||
  (el.hasAttribute("aria-invalid") && el.parentElement && el.parentElement.querySelector(SAID)));

function keepAttribute(name, el) {
  if (OURS.has(name)) return false;
  if (name === "open" && el.matches("dialog, details")) return false;
  if ((name === "class" || name === "aria-invalid") && isRefused(el)) return false;
  return undefined;
}

/** What was typed stays; only the value to fall back to is renewed. */
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

const isField = (el) => el.nodeType === 1 && el.matches("input, textarea, select");

/**
 * Turns `old` into `fresh` and returns the element that now has its place.
 * `rules.keep(old, fresh)` true leaves an element as it is; `rules.inside` leaves the element itself alone;
 * `rules.typed` goes into forms in use as well, and leaves only what was typed.
 */
export function morph(old, fresh, rules) {
  const keep = (rules && rules.keep) || (() => false);
  if (typeof Idiomorph === "undefined") {
    if (rules && rules.inside) old.replaceChildren(...Array.from(fresh.childNodes));
    else old.replaceWith(fresh);
    return rules && rules.inside ? old : fresh;
  }
  const id = old.id;
  const active = document.activeElement;
  const inside = old.contains(active);
  Idiomorph.morph(old, rules && rules.inside ? Array.from(fresh.childNodes) : fresh, {
    morphStyle: rules && rules.inside ? "innerHTML" : "outerHTML",
    // The library's own care for the active element would leave a focused row's words as they were; fields are cared for below.
    ignoreActiveValue: false,
    callbacks: {
      beforeAttributeUpdated: keepAttribute,
      beforeNodeMorphed(node, next) {
        if (node.nodeType !== 1) return true;
        if (node !== old && node.hasAttribute("data-keep")) return false;
        if (node.matches("[data-error]:not([hidden])")) return false;
        if (node.localName === "form" && isInUse(node) && !(rules && rules.typed)) {
          missed = true;
          return false;
        }
        if (isField(node) && isField(next) && isDirty(node)) {
          keepTyped(node, next);
          return false;
        }
        return !keep(node, next);
      },
      beforeNodeRemoved(node) {
        if (node.nodeType !== 1) return true;
        if (node.matches(SAID)) return false;
        if (!(rules && rules.inside)) return true;
        return !(node.matches("dialog[open]") || node.querySelector("dialog[open]") ||
          (node.contains(active) && isTextField(active)));
      },
    },
  });
  if (active && active !== document.activeElement && active.isConnected && active !== document.body) {
    active.focus({ preventScroll: true });
  }
  const now = (id && document.getElementById(id)) || old;
  if (inside && !active.isConnected) {
    // What had the focus is no longer there: its row keeps it.
    const heir = now.querySelector("button, a[href]");
    if (heir) heir.focus({ preventScroll: true });
  }
  return now;
}
