// Taps on their way to the server. Each is stored on this device until it is answered, and sent with one operation id
// however often it takes, by one tab, for the person who made it, within twelve hours: so that it acts once.

import { facts, person, screen, cursorText, backoff, random } from "./page.js";
import { onServer } from "./clock.js";
import { request } from "./request.js";
import { pruneLeases, withLock } from "./lock.js";
import { allStored, isExpired, prune, store, stored, unstore } from "./taps.js";

/** @typedef {import("./taps.js").Tap} Tap */
/** @typedef {import("./request.js").Reply} Reply */

/**
 * A tap of this page's person, on its way. `goods`: what it is about, in words, where the page that made it is still open.
 * `over`: it is in the air, and not sent again. `rests`: the server said when to come back.
 * @typedef {Tap & {
 *   goods?: string, stored: boolean, tries: number, broken: number, late: boolean, flying: boolean, over?: boolean, rests?: boolean,
 *   timer: ReturnType<typeof setTimeout> | 0,
 * }} Waiting
 */

const LIMIT = 10000;
/** A lease outlives its request. */
const LEASE = LIMIT + 5000;
const TOGETHER = 4;
/** Another tab of this person may still be at it. */
const FRESH = 20000;
/** After so many errors of the program itself a person is told, who may go on trying or give it up. */
export const BROKEN = 5;

/** @type {Map<string, Waiting>} */
const taps = new Map();
const hooks = {
  /** @param {Waiting} tap @param {Reply} reply */
  answered(tap, reply) {},
  /** @param {Waiting} tap @param {"network" | "busy" | "broken" | "signin" | "stored"} why */
  waiting(tap, why) {},
  /** It will not be sent: it is too old, or it was sent or given up elsewhere. @param {Waiting} tap @param {"expired" | "gone"} why */
  ended(tap, why) {},
  signIn() {},
};
let paused = false;

/** @param {Partial<typeof hooks>} handlers */
export function onQueue(handlers) {
  Object.assign(hooks, handlers);
}

/** What this page waits for. */
export const waitingTaps = () => Array.from(taps.values());

/** Whether leaving this page now would lose or disturb a tap: one is in the air, or lives nowhere else. */
export const isSending = () => waitingTaps().some((tap) => tap.flying || !tap.stored);

/**
 * Taps on the same thing go one after the other, others side by side.
 * @param {Tap} tap
 */
const lane = (tap) => tap.url.replace(/\/[^/]*$/, "");

function tabId() {
  try {
    const key = "separacao.tab";
    const known = sessionStorage.getItem(key) || newId();
    sessionStorage.setItem(key, known);
    return known;
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

/**
 * @param {Tap} tap
 * @param {boolean} isStored
 * @returns {Waiting}
 */
function enter(tap, isStored) {
  const full = Object.assign(tap, { stored: isStored, tries: 0, broken: 0, late: false, flying: false, timer: /** @type {0} */ (0) });
  taps.set(full.op, full);
  return full;
}

/**
 * Takes a tap of this page's person, and answers it with its operation id.
 * @param {Pick<Waiting, "url" | "body" | "target" | "what" | "goods">} made
 */
export function add(made) {
  const who = { person: person(), name: facts().name || "", page: location.pathname };
  const tap = Object.assign({ op: newId(), tab: tabId(), at: Date.now() }, who, made);
  const full = enter(tap, store(tap));
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
  let flying = waitingTaps().filter((tap) => tap.flying).length;
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

/** @param {Waiting} tap */
async function send(tap) {
  tap.flying = true;
  const was = await withLock("tap." + tap.op, LEASE, () => attempt(tap)).catch(() => false);
  tap.flying = false;
  if (tap.over && taps.has(tap.op)) giveUp(tap.op);
  else if (!was && taps.has(tap.op)) retry(tap, 1000 + random(1000));
  pump();
}

/**
 * Under the lock: judged anew, for another tab may have sent it and the night may have passed since.
 * @param {Waiting} tap
 */
async function attempt(tap) {
  const original = tap.stored ? stored(tap.op) : tap;
  if (!original || original.ended) {
    drop(tap, "gone");
    return;
  }
  if (isExpired(tap, Date.now())) {
    drop(tap, "expired");
    return;
  }
  /** @type {Record<string, string>} */
  const headers = {
    "Accept": "application/json",
    "X-Operation-Id": tap.op,
    "X-Person": tap.person,
    "X-Tapped-At": String(Math.round(onServer(tap.at))),
    "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8",
  };
  if (screen()) Object.assign(headers, { "X-Screen": screen(), "X-Cursor": cursorText() });
  const reply = await request(tap.url, { method: "POST", headers, body: tap.body, limit: LIMIT });
  tap.tries += 1;
  if (taps.has(tap.op)) settle(tap, reply);
}

/**
 * @param {Waiting} tap
 * @param {Reply | null} reply
 */
function settle(tap, reply) {
  if (!reply) return later(tap, backoff(tap.tries), "network");
  if (reply.status === 401 || (reply.json && reply.json.type === "step-up")) {
    paused = true;
    hooks.waiting(tap, "signin");
    hooks.signIn();
    return undefined;
  }
  if (!reply.isFinal) {
    // A replica that goes away is a matter of seconds; an error of the program itself is not.
    if (reply.rest === null && reply.status !== 502 && reply.status !== 504 && reply.status >= 500) tap.broken += 1;
    tap.rests = reply.rest !== null;
    return later(tap, reply.rest || backoff(tap.tries), tap.broken >= BROKEN ? "broken" : "busy");
  }
  taps.delete(tap.op);
  if (reply.ok) unstore(tap.op);
  return hooks.answered(tap, reply);
}

/**
 * @param {Waiting} tap
 * @param {"expired" | "gone"} why
 */
function drop(tap, why) {
  clearTimeout(tap.timer);
  taps.delete(tap.op);
  hooks.ended(tap, why);
}

/**
 * @param {Waiting} tap
 * @param {number} ms
 * @param {"network" | "busy" | "broken"} why
 */
function later(tap, ms, why) {
  hooks.waiting(tap, why);
  retry(tap, ms);
}

/**
 * @param {Waiting} tap
 * @param {number} ms
 */
function retry(tap, ms) {
  tap.timer = setTimeout(() => {
    tap.timer = 0;
    tap.rests = false;
    pump();
  }, Math.max(300, ms));
}

/** Somebody signed in: what waited for that goes on. */
export function resume() {
  paused = false;
  flush();
}

/** The network is back, or somebody asks for it: everything that waits is sent now, unless the server said when. */
export function flush() {
  for (const tap of taps.values()) {
    if (tap.rests) continue;
    clearTimeout(tap.timer);
    tap.timer = 0;
  }
  pump();
}

/** Somebody asks for it: what waits for a PIN asks for that. */
export function hurry() {
  if (paused) hooks.signIn();
  flush();
}

/**
 * Gives a tap up: a person decided so.
 * @param {string} op
 */
export function giveUp(op) {
  const tap = taps.get(op);
  unstore(op);
  if (!tap) return;
  drop(tap, "gone");
  pump();
}

/**
 * Another tap counts in place of this one. What is in the air may still arrive.
 * @param {Waiting} tap
 */
export function supersede(tap) {
  if (tap.flying) tap.over = true;
  else giveUp(tap.op);
}

/**
 * Takes up what this person left on this device, in an earlier load of the page or on an earlier shift.
 * @param {string} person
 */
export function adopt(person) {
  const tab = tabId();
  prune(Date.now());
  pruneLeases(LEASE);
  for (const tap of allStored()) {
    if (taps.has(tap.op) || tap.ended || tap.person !== person) continue;
    if (tap.tab !== tab && Math.abs(Date.now() - tap.at) < FRESH) continue;
    const full = enter(tap, true);
    if (isExpired(full, Date.now())) drop(full, "expired");
    else hooks.waiting(full, "stored");
  }
  pump();
}

/** What waits on this device for people other than this one. @param {string} person */
export const tapsOfOthers = (person) => allStored().filter((tap) => tap.person !== person);

/**
 * Sends what somebody else tapped in the name of this person, who has confirmed it: another operation, another author.
 * @param {string} op
 * @param {string} person
 * @param {string} name
 */
export function takeOver(op, person, name) {
  const theirs = stored(op);
  if (!theirs || theirs.ended || theirs.person === person || isExpired(theirs, Date.now())) return;
  const own = Object.assign({}, theirs, { op: newId(), person, name, tab: tabId() });
  if (!store(own)) return;
  unstore(op);
  hooks.waiting(enter(own, true), "stored");
  pump();
}
