// The keyboard of a desk: / search, j k move, x pick, m more, u or z undo, ? help. Enter opens, as everywhere.

import { main } from "./page.js";
import { isTextField } from "./hold.js";
import { openSheet } from "./sheets.js";
import { undoNow } from "./undo.js";

const visible = (el) => Boolean(el) && el.getClientRects().length > 0;

const rows = () => Array.from(main().querySelectorAll("[data-sort]"))
  .filter((row) => visible(row) && row.dataset.leaving === undefined && handle(row));

/** What stands for a row: its big button, or its link. */
const handle = (row) => row.querySelector(".row-hit, [data-pick] button") || row.querySelector("a[href], button");

const currentRow = () => (document.activeElement && document.activeElement.closest("[data-sort]")) ||
  main().querySelector("[data-current]");

function go(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(currentRow());
  const row = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))];
  all.forEach((other) => other.removeAttribute("data-current"));
  row.dataset.current = "";
  handle(row).focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function press(selector) {
  const row = currentRow();
  const target = row && row.querySelector(selector);
  if (visible(target)) target.click();
}

const actions = {
  "/": () => {
    const field = document.querySelector("[data-search]");
    if (!field) return false;
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
  "?": () => openSheet(document.getElementById("help")),
};

export function start() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (event.key === "Escape" && isTextField(document.activeElement) && !document.querySelector("dialog[open]")) {
      document.activeElement.blur();
      return;
    }
    const action = Object.prototype.hasOwnProperty.call(actions, event.key) ? actions[event.key] : null;
    if (!action || !main() || isTextField(event.target) || document.querySelector("dialog[open]")) return;
    if (action() !== false) event.preventDefault();
  });
}
