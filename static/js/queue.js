// Taps on their way to the server. Each is stored on this device until it is answered, and sent with one operation id
// however often it takes, so that it acts once.

import { screen, cursorText, request, retryAfter, backoff } from "./page.js";

const PREFIX = "separacao.tap.";
const EXPIRES = 12 * 3600 * 1000;
const LIMIT = 10000;
const TOGETHER = 4;
const MAX_BROKEN = 5;

const taps = new Map();
const hooks = { answered() {}, waiting() {}, expired() {}, signIn() {} };
let paused = false;

export function onQueue(handlers) {
  Object.assign(hooks, handlers);
}

export const all = () => Array.from(taps.values());
export const isBusy = () => taps.size > 0;

/** Taps on the same thing go one after the other, others side by side. */
const lane = (tap) => tap.url.replace(/\/[^/]*$/, "");

function store(tap) {
  try {
    localStorage.setItem(PREFIX + tap.op, JSON.stringify(
      { op: tap.op, url: tap.url, body: tap.body, target: tap.target, person: tap.person, tab: tap.tab, at: tap.at }));
    return true;
  } catch (error) {
    return false;
  }
}

function unstore(op) {
  try { localStorage.removeItem(PREFIX + op); } catch (error) { /* it was never stored */ }
}

/** What other loads of this page, or tabs long gone, left behind. */
function stored() {
  const found = [];
  try {
    for (let i = 0; i < localStorage.length; i++) {
      const key = localStorage.key(i);
      if (key.startsWith(PREFIX)) found.push(JSON.parse(localStorage.getItem(key)));
    }
  } catch (error) { /* no storage, nothing left behind */ }
  return found.sort((a, b) => a.at - b.at);
}

function tabId() {
  try {
    if (!sessionStorage.getItem("separacao.tab")) sessionStorage.setItem("separacao.tab", newId());
    return sessionStorage.getItem("separacao.tab");
  } catch (error) {
    return "";
  }
}

/** UUID v4. crypto.randomUUID is missing in older browsers and on http in the local network. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = Array.from(bytes, (b) => (b + 256).toString(16).slice(1)).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** Takes a tap: { url, body, target, person }. Answers it with its operation id. */
export function add(tap) {
  const full = Object.assign(tap, { op: newId(), tab: tabId(), at: Date.now(), tries: 0, broken: 0, after: 0 });
  full.stored = store(full);
  taps.set(full.op, full);
  if (paused) {
    setTimeout(() => hooks.waiting(full, "signin"), 0);
    hooks.signIn();
  }
  pump();
  return full;
}

function pump() {
  if (paused) return;
  const busy = new Set();
  let flying = 0;
  for (const tap of taps.values()) if (tap.flying) flying += 1;
  for (const tap of taps.values()) {
    const place = lane(tap);
    if (busy.has(place)) continue;
    busy.add(place);
    if (!tap.flying && !tap.timer && flying < TOGETHER) {
      flying += 1;
      send(tap);
    }
  }
}

async function send(tap) {
  tap.flying = true;
  let response = null;
  let answer = null;
  try {
    const headers = { "Accept": "application/json", "X-Operation-Id": tap.op, "X-Person": tap.person,
      "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8" };
    if (screen()) Object.assign(headers, { "X-Screen": screen(), "X-Cursor": cursorText() });
    response = await request(tap.url, { method: "POST", headers, body: tap.body }, LIMIT);
    if (/json/.test(response.headers.get("Content-Type") || "")) answer = await response.json();
  } catch (error) {
    response = null;
  }
  tap.flying = false;
  tap.tries += 1;
  if (!taps.has(tap.op)) return;
  settle(tap, response, answer);
  pump();
}

function settle(tap, response, answer) {
  if (!response) return later(tap, backoff(tap.tries), "network");
  if (response.status === 401 || (answer && answer.type === "step-up")) {
    paused = true;
    hooks.waiting(tap, "signin");
    hooks.signIn();
    return undefined;
  }
  const stay = retryAfter(response);
  if (response.status === 429 || (response.status >= 500 && stay !== null)) return later(tap, stay || backoff(tap.tries), "busy");
  if (response.status >= 500 && response.status !== 501) {
    // A gateway without a replica is a matter of seconds; an error of the program itself is not.
    tap.broken += response.status === 500 || response.status === 507 ? 1 : 0;
    if (tap.broken < MAX_BROKEN) return later(tap, backoff(tap.tries), "busy");
  }
  taps.delete(tap.op);
  unstore(tap.op);
  return hooks.answered(tap, response, answer);
}

function later(tap, ms, why) {
  hooks.waiting(tap, why);
  tap.timer = setTimeout(() => {
    tap.timer = 0;
    pump();
  }, Math.max(300, ms));
}

/** Somebody signed in: what waited for that goes on. */
export function resume() {
  paused = false;
  flush();
}

/** The network is back, or somebody asks for it: everything that waits is sent now. */
export function flush() {
  for (const tap of taps.values()) {
    clearTimeout(tap.timer);
    tap.timer = 0;
  }
  pump();
}

/** Takes up what an earlier load of this page stored; what belongs to others or is too old is dropped and said. */
export function adopt(person) {
  const mine = tabId();
  for (const tap of stored()) {
    if (taps.has(tap.op) || (tap.tab !== mine && Date.now() - tap.at < 20000)) continue;
    if (tap.person !== person || Date.now() - tap.at > EXPIRES) {
      unstore(tap.op);
      hooks.expired(tap, tap.person !== person ? "person" : "age");
      continue;
    }
    Object.assign(tap, { tries: 0, broken: 0, stored: true });
    taps.set(tap.op, tap);
    hooks.waiting(tap, "stored");
  }
  pump();
}
