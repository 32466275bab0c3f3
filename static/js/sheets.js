// Dialogs: [data-dialog="ID"] opens, with data-load after fetching its content; [data-close] and the backdrop close.

import { fieldsOf, isDirty, isTextField } from "./defer.js";
import { changed, sleep } from "./page.js";
import { documentOf, requestPage } from "./request.js";
import { words } from "./words.js";
import { overSheets, toast } from "./toasts.js";
import { askPin } from "./signin.js";
import { morph } from "./morph.js";
import { quiet } from "./keypad.js";
import { whenOurs } from "./reload.js";
import { byId, find, findAll, focused } from "./dom.js";
import { sheetAt } from "./ahead.js";

const LIMIT = 10000;
/** A sheet that was fetched ahead opens when the server's has not come by then. */
const PATIENCE = 2500;

/** @type {WeakMap<HTMLDialogElement, Element | null>} */
const openers = new WeakMap();
/** Where the content of a sheet came from. @type {WeakMap<HTMLDialogElement, string>} */
const sources = new WeakMap();
/** @type {HTMLElement | null} */
let loading = null;

/**
 * @param {HTMLDialogElement | null} box
 * @param {Element | null} [opener]
 */
export function openSheet(box, opener) {
  if (!box || box.open) return;
  openers.set(box, opener || document.activeElement);
  box.showModal();
  overSheets();
}

/**
 * The sheet is always the server's: the page at `href` has it drawn, open.
 * @param {HTMLDialogElement} box
 * @param {string} href
 */
async function ask(box, href) {
  const reply = await requestPage(href, LIMIT);
  return reply && { reply, fresh: documentOf(reply).getElementById(box.id) };
}

/**
 * What an open sheet says no longer holds. Typed words stay; quantities are those of now. False where another sheet is
 * open by now, or none.
 * @param {HTMLDialogElement} box
 */
export async function reload(box) {
  const source = sources.get(box);
  if (!source) return true;
  const asked = await ask(box, source);
  if (!box.open || sources.get(box) !== source) return false;
  // Without a network it stays as it is.
  if (!asked || !asked.fresh || !asked.fresh.children.length) return true;
  const active = focused();
  if (active && box.contains(active) && active.closest("[data-stepper]")) active.blur();
  for (const field of findAll("[data-stepper] input", box)) if (field instanceof HTMLInputElement) field.value = field.defaultValue;
  // What was chosen on the way to the refusal is chosen anew.
  for (const fold of findAll(".reasons[open]", box)) fold.removeAttribute("open");
  overSheets(document.body);
  morph(box, asked.fresh, { inside: true });
  overSheets();
  changed();
  const title = find("[autofocus]", box);
  if (title && !box.contains(document.activeElement)) title.focus();
  return true;
}

/**
 * @param {HTMLDialogElement} box
 * @param {HTMLAnchorElement} link
 */
async function load(box, link) {
  if (loading === link) return;
  loading = link;
  link.setAttribute("aria-busy", "true");
  const asking = ask(box, link.href);
  let asked = await Promise.race([asking, sleep(PATIENCE).then(() => null)]);
  // Without a network, as it was when it was fetched ahead.
  let fresh = asked ? asked.fresh : await sheetAt(link.href).catch(() => null);
  if (!asked && !fresh) {
    asked = await asking;
    fresh = asked && asked.fresh;
  }
  link.removeAttribute("aria-busy");
  if (loading !== link) return;
  loading = null;
  if (fresh && fresh.children.length) {
    sources.set(box, link.href);
    overSheets(document.body);
    box.replaceChildren(...Array.from(fresh.childNodes));
    quiet(box);
    changed();
    openSheet(box, link);
    overSheets();
    find("[autofocus]", box)?.focus();
    return;
  }
  if (!asked) {
    toast(words("offline"), "bad");
    return;
  }
  const { reply } = asked;
  if (reply.status === 401) {
    askPin();
  } else if (reply.redirected && box.id === "switch-sheet") {
    // Nobody has unlocked this device lately: sign-in asks for number and PIN.
    whenOurs(reply.url, () => location.assign(reply.url));
  } else {
    toast(words(reply.ok ? "gone" : "unavailable"), "bad");
  }
}

/** @param {MouseEvent} event */
function clicked(event) {
  const el = event.target;
  if (!(el instanceof Element) || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  for (const menu of findAll("details.menu[open]")) {
    if (!menu.contains(el) || el.closest("[data-dialog]")) menu.removeAttribute("open");
  }
  const opener = /** @type {HTMLElement | null} */ (el.closest("[data-dialog]"));
  const target = opener && byId(opener.dataset.dialog || "");
  if (opener && target instanceof HTMLDialogElement) {
    event.preventDefault();
    if (opener instanceof HTMLAnchorElement && opener.hasAttribute("data-load")) load(target, opener);
    else openSheet(target, opener);
    return;
  }
  const box = /** @type {HTMLDialogElement | null} */ (el.closest("dialog[open]"));
  if (!box) return;
  if (el.closest("[data-close]")) {
    event.preventDefault();
    box.close();
  } else if (el === box && isOutside(box, event) && !hasWords(box)) {
    box.close();
  }
}

/**
 * @param {HTMLDialogElement} box
 * @param {MouseEvent} event
 */
function isOutside(box, event) {
  if (event.detail === 0) return false;
  const edge = box.getBoundingClientRect();
  return event.clientX < edge.left || event.clientX > edge.right || event.clientY < edge.top || event.clientY > edge.bottom;
}

/**
 * A slip beside the sheet must not throw away what was typed.
 * @param {HTMLDialogElement} box
 */
const hasWords = (box) => fieldsOf(box).some((field) =>
  isTextField(field) && !field.closest("[data-stepper]") && isDirty(field));

/** @param {Event} event */
function closed(event) {
  const box = event.target;
  if (!(box instanceof HTMLDialogElement)) return;
  overSheets();
  // Given up: nothing typed here holds the page any longer.
  box.querySelectorAll("form").forEach((form) => {
    if (!form.hasAttribute("data-saving")) form.reset();
  });
  const opener = openers.get(box);
  openers.delete(box);
  if (opener instanceof HTMLElement && opener.isConnected && document.activeElement === document.body) {
    opener.focus({ preventScroll: true });
  }
}

/** Safari before 15.4 has no dialogs: there a sheet is a box over the page, as it is without the script. */
function makeDialogs() {
  Object.assign(globalThis, { HTMLDialogElement: HTMLUnknownElement });
  /** @type {ThisType<HTMLDialogElement>} */
  const methods = {
    showModal() {
      this.setAttribute("open", "");
      this.open = true;
    },
    close() {
      this.removeAttribute("open");
      this.open = false;
      this.dispatchEvent(new Event("close"));
    },
  };
  Object.assign(HTMLUnknownElement.prototype, methods);
}

export function start() {
  if (!("HTMLDialogElement" in globalThis)) makeDialogs();
  document.addEventListener("click", clicked);
  document.addEventListener("close", closed, true);
  // A page that came with a sheet drawn open: the same sheet, over the page, and an address without it.
  for (const box of findAll("dialog[open]")) {
    if (!(box instanceof HTMLDialogElement)) continue;
    box.removeAttribute("open");
    sources.set(box, location.href);
    openSheet(box, document.body);
    const back = box.querySelector("a[data-close][href]");
    if (back) history.replaceState(null, "", back.getAttribute("href"));
  }
}
