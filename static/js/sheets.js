// Dialogs: [data-dialog="ID"] opens, with data-load after fetching its content; [data-close] and the backdrop close.

import { fieldsOf, isDirty, isTextField } from "./hold.js";
import { changed, request } from "./page.js";
import { words } from "./words.js";
import { toast } from "./toasts.js";
import { askPin } from "./signin.js";
import { morph } from "./morph.js";
import { quiet } from "./keypad.js";

const openers = new WeakMap();
/** Where the content of a sheet came from. */
const sources = new WeakMap();
let loading = null;

export function openSheet(box, opener) {
  if (!box || !box.showModal || box.open) return;
  openers.set(box, opener || document.activeElement);
  box.showModal();
}

/** The sheet is always the server's: the page at `href` has it drawn, open. */
async function ask(box, href) {
  const response = await request(href, { headers: { Accept: "text/html" }, cache: "no-store" }, 10000);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return { response, fresh: page.getElementById(box.id) };
}

/** What an open sheet says no longer holds. Typed words stay; quantities are those of now. */
export async function reload(box) {
  if (!sources.has(box)) return;
  try {
    const { fresh } = await ask(box, sources.get(box));
    if (!box.open || !fresh || !fresh.children.length) return;
    const active = document.activeElement;
    if (box.contains(active) && active.closest("[data-stepper]")) active.blur();
    box.querySelectorAll("[data-stepper] input").forEach((field) => { field.value = field.defaultValue; });
    morph(box, fresh, { inside: true });
    const title = box.querySelector("[autofocus]");
    if (title && !box.contains(document.activeElement)) title.focus();
  } catch (error) { /* without a network it stays as it is */ }
}

async function load(box, link) {
  if (loading === link) return;
  loading = link;
  link.setAttribute("aria-busy", "true");
  try {
    const { response, fresh } = await ask(box, link.href);
    if (loading !== link) return;
    if (fresh && fresh.children.length) {
      sources.set(box, link.href);
      box.replaceChildren(...Array.from(fresh.childNodes));
      quiet(box);
      changed();
      openSheet(box, link);
      const first = box.querySelector("[autofocus]");
      if (first) first.focus();
    } else if (response.status === 401) {
      askPin();
    } else if (response.redirected && box.id === "switch-sheet") {
      // Nobody has unlocked this device lately: the door asks for number and PIN.
      location.assign(response.url);
    } else {
      toast(words(response.ok ? "gone" : "unavailable"), "bad");
    }
  } catch (error) {
    toast(words("offline"), "bad");
  } finally {
    link.removeAttribute("aria-busy");
    if (loading === link) loading = null;
  }
}

function clicked(event) {
  const el = event.target;
  if (!el.closest || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!menu.contains(el) || el.closest("[data-dialog]")) menu.open = false;
  });
  const opener = el.closest("[data-dialog]");
  const target = opener && document.getElementById(opener.dataset.dialog);
  if (target && target.showModal) {
    event.preventDefault();
    if (opener.hasAttribute("data-load")) load(target, opener);
    else openSheet(target, opener);
    return;
  }
  const box = el.closest("dialog[open]");
  if (!box) return;
  if (el.closest("[data-close]")) {
    event.preventDefault();
    box.close();
  } else if (el === box && outside(box, event) && !hasWords(box)) {
    box.close();
  }
}

function outside(box, event) {
  if (event.detail === 0) return false;
  const edge = box.getBoundingClientRect();
  return event.clientX < edge.left || event.clientX > edge.right || event.clientY < edge.top || event.clientY > edge.bottom;
}

/** A slip beside the sheet must not throw away what was typed. */
const hasWords = (box) => fieldsOf(box).some((field) =>
  isTextField(field) && !field.closest("[data-stepper]") && isDirty(field));

function closed(event) {
  const box = event.target;
  if (!box.matches || !box.matches("dialog")) return;
  // Given up: nothing typed here holds the page any longer.
  box.querySelectorAll("form").forEach((form) => {
    if (!form.hasAttribute("data-saving")) form.reset();
  });
  const opener = openers.get(box);
  openers.delete(box);
  if (opener && opener.isConnected && document.activeElement === document.body) opener.focus({ preventScroll: true });
}

export function start() {
  document.addEventListener("click", clicked);
  document.addEventListener("close", closed, true);
  // A page that came with a sheet drawn open: the same sheet, over the page, and an address without it.
  document.querySelectorAll("dialog[open]").forEach((box) => {
    box.removeAttribute("open");
    sources.set(box, location.href);
    openSheet(box, document.body);
    const back = box.querySelector("a[data-close][href]");
    if (back) history.replaceState(null, "", back.getAttribute("href"));
  });
}
