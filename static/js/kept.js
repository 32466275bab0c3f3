// Pages that are kept on this device for when there is no network: the board and the orders that were open, as they stood,
// for the person, or the wall, that had them open. static/worker.js shows them; nothing is kept once nobody is signed in.

import { now, skewOf } from "./clock.js";
import { recall, remember } from "./device.js";
import { isBoard, onChange, person, screen, sleep, under } from "./page.js";
import { onStale } from "./liveline.js";
import { isLooking } from "./search.js";
import { toast } from "./toasts.js";
import { words } from "./words.js";

const KEPT = "kept-pages";
const AWAY = "/away";
const KEPT_AT = "X-Kept-At";
/** An order's sheets lie beside it (ahead.js). */
const SHEETS = "/sheets";
const OWNER = "separacao.kept";
const MOST = 30;
/** A busy board is written down at most this often. */
const BETWEEN = 10000;
const LEAVING = 3000;
const LIMIT = 10000;
/** What the worker's answer needs to be as safe as the server's. */
const HEADERS = /^(content-security-policy|content-type|cross-origin-.*|permissions-policy|referrer-policy|x-content-type-options)$/;

/** @type {ReturnType<typeof setTimeout> | 0} */
let timer = 0;
let isWiped = false;

/** Needs https, or this very device. */
const isPossible = () => isSecureContext && "serviceWorker" in navigator && "caches" in window;

/** Whose the copies are: of a person, or of a wall, which a power cut brings back before its network. */
const keeper = () => person() || under();

const isKept = () => (isBoard() || screen().startsWith("order")) && keeper() !== "";

const owner = () => recall(OWNER);

/** Deletes the copies of pages that may no longer be seen. */
export async function wipe() {
  isWiped = true;
  remember(OWNER);
  if (!isPossible()) return;
  await caches.delete(KEPT);
  // What a page that was just left was still writing.
  await sleep(LEAVING);
  if (!owner()) await caches.delete(KEPT);
}

/** The same person is back. */
export function resume() {
  isWiped = false;
  remember(OWNER, keeper());
  soon();
}

/**
 * The page as it stands, without what belongs to this moment: open sheets, messages, taps under way.
 * @returns {string}
 */
function copyOfPage() {
  const copy = /** @type {HTMLElement} */ (document.documentElement.cloneNode(true));
  copy.dataset.kept = String(now());
  copy.dataset.skew = String(skewOf());
  copy.classList.remove("js");
  for (const name of ["data-live", "data-shifted"]) copy.removeAttribute(name);
  copy.querySelectorAll("dialog[open], details.menu[open]").forEach((el) => el.removeAttribute("open"));
  copy.querySelectorAll("#undo-bar, #alarm").forEach((bar) => bar.setAttribute("hidden", ""));
  // They stand in the sheet that is open.
  const bars = copy.querySelector("#bars");
  if (bars) copy.querySelector("body")?.append(bars);
  copy.querySelectorAll("#item-sheet, #switch-sheet, .toasts, .sync, .find-none").forEach((place) => place.replaceChildren());
  for (const name of ["data-saving", "aria-busy", "inert", "data-leaving", "data-moving", "data-new", "data-unfound"]) {
    copy.querySelectorAll(`[${name}]`).forEach((el) => el.removeAttribute(name));
  }
  return "<!doctype html>\n" + copy.outerHTML;
}

async function keep() {
  clearTimeout(timer);
  timer = 0;
  // A copy that has not lived again stays as old as it is; what another tab keeps for somebody else is not deleted below.
  if (isWiped || !isKept() || owner() !== keeper() || document.documentElement.dataset.kept) return;
  const kept = await caches.open(KEPT);
  const away = await kept.match(AWAY) || await fetchAway(kept);
  if (!away) return;
  const headers = new Headers({ [KEPT_AT]: String(Date.now()) });
  away.headers.forEach((value, name) => { if (HEADERS.test(name)) headers.set(name, value); });
  if (isWiped || isLooking()) return;
  await kept.put(location.pathname + location.search, new Response(copyOfPage(), { headers }));
  // A page that is being left writes its last copy while the next one begins: that may be somebody else's.
  if (owner() !== keeper()) {
    await caches.delete(KEPT);
    return;
  }
  const pages = (await kept.keys()).filter(({ url }) => new URL(url).pathname !== AWAY && !url.endsWith(SHEETS));
  // Keys come in the order in which they were first kept.
  for (const old of pages.slice(0, Math.max(0, pages.length - MOST))) {
    await kept.delete(old);
    await kept.delete(old.url + SHEETS);
  }
}

/**
 * The page for what was never open here.
 * @param {Cache} kept
 */
async function fetchAway(kept) {
  const control = new AbortController();
  const limit = setTimeout(() => control.abort(), LIMIT);
  try {
    const answer = await fetch(AWAY, { credentials: "same-origin", signal: control.signal });
    if (!answer.ok || !answer.headers.has("X-Build")) return null;
    await kept.put(AWAY, answer.clone());
    return answer;
  } finally {
    clearTimeout(limit);
  }
}

/** Storage that is full or forbidden keeps nothing; the page works without it. */
const keepNow = () => { keep().catch(() => {}); };

function soon() {
  if (!timer) timer = setTimeout(keepNow, BETWEEN);
}

async function begin() {
  if (owner() !== keeper()) await caches.delete(KEPT);
  remember(OWNER, keeper());
  // Also where no copy is made nobody finds somebody else's pages.
  if (!isKept()) return;
  await navigator.serviceWorker.register("/worker.js");
  setTimeout(keepNow, 2000);
  onChange(soon);
  onStale(keepNow);
  document.addEventListener("visibilitychange", () => { if (document.hidden) keepNow(); });
}

export function start() {
  if (!keeper()) wipe();
  else if (isPossible()) begin().catch(() => {});
  else if (isKept()) onStale(() => toast(words("noCopies")));
}
