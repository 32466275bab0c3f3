// #needs-badge: how much waits for who looks, on every page and in the tab's title. Fetched, because it differs by person:
// when the page is live, when the server says that something changed, and when time alone makes it more.

import { onChange, screen } from "./page.js";
import { request } from "./request.js";
import { signal } from "./feedback.js";
import { announce } from "./announce.js";
import { byId, find, isShown } from "./dom.js";

const LIMIT = 10000;
/** While nothing is told. */
const RARELY = 60000;

/** @type {ReturnType<typeof setTimeout> | 0} */
let timer = 0;
let asking = false;
let again = false;
/** The newest that this page knows of. @type {string | null} */
let newest = null;
let refetch = () => {};
let count = 0;

/**
 * `again()` fetches the page, where it lists what time has made more.
 * @param {() => void} again
 */
export function onDue(again) {
  refetch = again;
}

/** Before anything was asked there is nothing to say. */
function show() {
  if (newest === null) return;
  const badge = byId("needs-badge");
  // A person for whom nothing may wait any more fetches nothing.
  if (count && !isShown(badge)) count = 0;
  const slot = badge && find("[data-count]", badge);
  if (slot) {
    slot.textContent = String(count);
    slot.hidden = count === 0;
  }
  const title = document.title.replace(/^\(\d+\) /, "");
  document.title = count ? `(${count}) ${title}` : title;
}

/** @param {string} text */
async function notify(text) {
  announce(text);
  signal("look");
  if (!document.hidden || typeof Notification === "undefined" || Notification.permission !== "granted") return;
  const what = { body: text, tag: "needs", icon: "/static/icon.svg" };
  const worker = navigator.serviceWorker && await navigator.serviceWorker.getRegistration();
  // Phones show what a worker says, and nothing else.
  if (worker) await worker.showNotification(document.title, what);
  else new Notification(document.title, what).onclick = () => focus();
}

/** Asks, once at a time; what changed meanwhile is asked for after. */
export async function look() {
  const badge = byId("needs-badge");
  if (!badge || !isShown(badge)) return;
  again = asking;
  if (asking) return;
  asking = true;
  clearTimeout(timer);
  const reply = await request("/needs/badge", { limit: LIMIT });
  asking = false;
  const said = reply && reply.ok ? reply.json : null;
  if (said) {
    count = said.count;
    if (newest !== null && said.newest && said.newest > newest) notify(said.text).catch(() => {});
    newest = said.newest && said.newest > (newest || "") ? said.newest : newest || "";
    show();
  }
  // A live page is told, and a session that nobody uses is not kept by asking.
  const wait = said && said.next ? said.next * 1000 : isLive() ? 0 : RARELY;
  if (wait) timer = setTimeout(due, wait);
  if (again) look();
}

const isLive = () => document.documentElement.dataset.live === "live";

function due() {
  if (document.hidden && typeof Notification === "undefined") return;
  const before = count;
  look().then(() => { if (screen() === "needs" && count !== before) refetch(); });
}

export function start() {
  // A live page asks once it is connected.
  if (!screen()) look();
  // A page that was fetched again brings its own title.
  onChange(show);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
}
