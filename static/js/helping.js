// An order that somebody else is picking: the first tap of another person asks, once for each claim. The server never
// refuses for a claim, and what waits on this device has been asked already.

import { remember } from "./device.js";
import { person } from "./page.js";
import { counted } from "./words.js";
import { now } from "./clock.js";
import { openSheet } from "./sheets.js";
import { around, byId, find, findAll } from "./dom.js";

const KEY = "separacao.helped";
const MOST = 40;

let goOn = () => {};

/** @param {HTMLElement} holder */
const nameOf = (holder) => [person(), holder.dataset.person, holder.dataset.claim].join(" ");

/** The claims that this device was told to help with. */
function helped() {
  try { return /** @type {string[]} */ (JSON.parse(localStorage.getItem(KEY) || "[]")); } catch (error) { return []; }
}

/** Who picks this order at this moment. */
const holders = () => findAll("#order-bar .holder").filter((holder) => Date.parse(holder.dataset.until || "") > now());

/**
 * Whether the tap has to wait for an answer; then `go` sends it.
 * @param {HTMLFormElement} form
 * @param {() => void} go
 */
export function asksFirst(form, go) {
  const box = /** @type {HTMLDialogElement | null} */ (byId("helping"));
  if (!box || !/\/items\//.test(form.getAttribute("action") || "")) return false;
  const all = holders();
  const known = helped();
  const others = all.filter((holder) => !known.includes(nameOf(holder)));
  if (!others.length || all.some((holder) => holder.dataset.person === person())) return false;
  const title = find("[data-text]", box);
  const names = others.map((holder) => holder.textContent || "").join(", ");
  const progress = find("#order-bar .figures span")?.textContent || "";
  if (title) title.textContent = counted("helping", others.length, { name: names, progress });
  goOn = () => {
    remember(KEY, JSON.stringify(known.concat(others.map(nameOf)).slice(-MOST)));
    box.close();
    go();
  };
  openSheet(box);
  return true;
}

export function start() {
  document.addEventListener("click", (event) => {
    if (around(event, "[data-help]")) goOn();
  });
}
