// The keyboard of a desk: / search, j k move, x pick, m more, u or z undo, ? help. Enter opens, as everywhere.

import { main } from "./page.js";
import { isTextField } from "./defer.js";
import { GAP, isHurried, newestKey } from "./scanner.js";
import { openSheet } from "./sheets.js";
import { undoNow } from "./undo.js";
import { byId, find, findAll, focused, isShown } from "./dom.js";

const rows = () => findAll("[data-sort]", main() || document)
  .filter((row) => isShown(row) && row.dataset.leaving === undefined && handle(row));

/**
 * What stands for a row: its big button, or its link.
 * @param {Element} row
 */
const handle = (row) => find(".row-hit, [data-pick] button", row) || find("a[href], button", row);

const currentRow = () => /** @type {HTMLElement | null} */ (focused()?.closest("[data-sort]") || find("#main [data-current]"));

/** @param {number} step */
function go(step) {
  const all = rows();
  if (!all.length) return;
  const current = currentRow();
  const at = current ? all.indexOf(current) : -1;
  const row = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))];
  all.forEach((other) => other.removeAttribute("data-current"));
  row.dataset.current = "";
  handle(row)?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

/** @param {string} selector */
function press(selector) {
  const row = currentRow();
  const target = row && find(selector, row);
  if (target && isShown(target)) target.click();
}

/** @type {Record<string, () => boolean | void>} */
const actions = {
  "/": () => {
    const field = document.querySelector("[data-search]");
    if (!(field instanceof HTMLInputElement)) return false;
    field.focus();
    field.select();
    return true;
  },
  j: () => go(1),
  k: () => go(-1),
  x: () => press("form[data-pick] button"),
  m: () => press(".row-more, a.row-hit[data-dialog]"),
  u: undoNow,
  z: undoNow,
  "?": () => openSheet(/** @type {HTMLDialogElement | null} */ (byId("help"))),
};

export function start() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (event.key === "Escape" && isTextField(document.activeElement) && !find("dialog[open]")) {
      focused()?.blur();
      return;
    }
    const action = Object.prototype.hasOwnProperty.call(actions, event.key) ? actions[event.key] : null;
    if (!action || !main() || isTextField(event.target) || find("dialog[open]")) return;
    event.preventDefault();
    const on = document.activeElement;
    const key = newestKey();
    // The first key of a scanner looks like any other until the second one comes.
    setTimeout(() => {
      if (!isHurried(key) && (document.activeElement === on || !isTextField(document.activeElement))) action();
    }, event.repeat ? 0 : GAP + 10);
  });
}
