// Keeps the page connected: socket first, long poll where sockets do not work, for ever, without a herd.

import { screen, under, cursorText, backoff, random } from "./page.js";
import { openSocket } from "./socket.js";
import { ask, poll, isPolling, stopPolling } from "./poll.js";
import { deliver } from "./frames.js";
import { resync, refresh, isRunning } from "./resync.js";
import * as line from "./liveline.js";
import { around } from "./dom.js";

const SOON = 500;
const GAP = 500;

/** @typedef {ReturnType<typeof openSocket>} Socket */
/** @typedef {import("./resync.js").Options} Options */

const hooks = {
  signIn() {},
  /** @param {string} [sentence] */
  forbidden(sentence) {},
  ended() {},
  /** @param {import("./socket.js").Hello} hello */
  hello(hello) {},
  live() {},
  needs() {},
};
/** @type {Socket | null} */
let socket = null;
/** @type {ReturnType<typeof setTimeout> | 0} */
let timer = 0;
let due = 0;
/** Until when the server asked to be left alone, on the clock of performance.now(). */
let resting = 0;
let attempt = 0;
let spread = 10000;
/** What was told when the page stopped: somebody has to sign in, or may not look. @type {((sentence?: string) => void) | null} */
let paused = null;
/** The page is a copy of before: what waited for a field, or for a page to be fetched, its cursor covers and it does not show. */
let isCopy = false;

/** @param {Partial<typeof hooks>} handlers */
export function onConnection(handlers) {
  Object.assign(hooks, handlers);
}

/** @param {number} ms */
function dialIn(ms) {
  clearTimeout(timer);
  due = Date.now() + ms;
  timer = setTimeout(dial, ms);
}

/** @returns {void} */
function dial() {
  clearTimeout(timer);
  timer = 0;
  // A hidden page waits to be seen, a page being fetched again waits for its cursor.
  if (!screen() || paused || socket || document.hidden) return;
  if (isRunning()) return dialIn(300);
  const scheme = location.protocol === "https:" ? "wss://" : "ws://";
  const url = scheme + location.host + under() + "/live?screen=" + encodeURIComponent(screen()) + "&cursor=" + encodeURIComponent(cursorText());
  /** @type {Socket} */
  const own = openSocket(url, { hello: (hello) => greeted(own, hello), frame: heard, close: closed });
  socket = own;
}

function connected() {
  if (isCopy) refresh();
  isCopy = false;
  line.live();
  hooks.live();
}

/**
 * @param {Socket} own
 * @param {import("./socket.js").Hello} hello
 */
function greeted(own, hello) {
  if (typeof hello.window === "number") spread = hello.window;
  stopPolling();
  setTimeout(() => { if (socket === own) attempt = 0; }, 5000);
  connected();
  hooks.hello(hello);
}

/** @param {any} object */
function heard(object) {
  if (object.reset !== undefined) {
    restart({ wait: object.window ?? spread, force: true, now: true });
    return;
  }
  if (object.needs) return hooks.needs();
  if (socket && socket.greeted()) line.live();
  else line.fresh();
  return deliver(object);
}

function drop() {
  if (socket) socket.end();
  socket = null;
  stopPolling();
}

/** The page is another screen: what the old socket says is of the one before. */
export function turned() {
  drop();
  dialIn(0);
}

/**
 * The cursor cannot go on: a new page, then a new socket from where it stands.
 * @param {Options} options
 */
export function restart(options) {
  drop();
  line.wait();
  resync(options).then(() => {
    line.fresh();
    if (!socket) dial();
  });
}

/**
 * @param {number} code
 * @param {boolean} wasGreeted
 */
function closed(code, wasGreeted) {
  socket = null;
  if (!isPolling()) line.wait();
  if (code === 4401) return pause(hooks.signIn);
  if (code === 4403) return pause(hooks.forbidden);
  if (code === 4410) return pause(hooks.ended);
  if (code === 1012) return dialIn(random(spread));
  if (code === 1003 || code === 1008 || code === 1009) attempt = Math.max(attempt, 5);
  if (!wasGreeted && !isPolling()) {
    learnWhy();
    return undefined;
  }
  // A crash drops everybody in the same moment: the first try is spread as well, over two seconds.
  return dialIn(backoff(Math.max(attempt++, 2)));
}

/**
 * A browser is not told why a handshake failed; an ordinary request is. Where it is answered and no socket is, the same
 * frames come by asking, while sockets go on being tried.
 */
async function learnWhy() {
  const asked = await ask(0);
  if (socket || paused) return;
  if (!took(asked)) return;
  connected();
  // Who is where comes over sockets only: better nobody than somebody who left long ago.
  deliver({ presence: "" });
  poll(took);
  dialIn(backoff(attempt++));
}

/**
 * Whether asking may go on.
 * @param {import("./poll.js").Asked} asked
 */
function took(asked) {
  if (asked.kind === "signin" || asked.kind === "forbidden") {
    pause(asked.kind === "signin" ? hooks.signIn : hooks.forbidden, asked.sentence);
    return false;
  }
  if (asked.kind !== "ok") {
    line.off();
    if (asked.rest) resting = performance.now() + asked.rest;
    if (!socket) dialIn(asked.rest || backoff(attempt++));
    return false;
  }
  if (asked.body.reset !== undefined) {
    restart({ wait: asked.body.window ?? spread, force: true, now: true });
    return false;
  }
  if (isPolling()) {
    line.live();
    hooks.needs();
  }
  (asked.body.frames || []).forEach(deliver);
  return true;
}

/**
 * @param {(sentence?: string) => void} why
 * @param {string} [sentence]
 */
function pause(why, sentence) {
  paused = why;
  drop();
  clearTimeout(timer);
  line.off();
  why(sentence);
}

/** Somebody signed in, under a new session: a new socket from the cursor. */
export function resume() {
  paused = null;
  attempt = 0;
  drop();
  dial();
}

/** A command failed for lack of a network: not live until the server is heard again. */
export function doubt() {
  line.off();
  if (socket) socket.doubt();
}

function wake() {
  if (document.hidden || paused || socket) return;
  attempt = 0;
  dialIn(Math.max(random(SOON), resting - performance.now()));
}

/** Who touches the page wants it now: the next try is not waited for, unless the server said when. */
function hurry() {
  if (timer && due - Date.now() > SOON) wake();
}

/**
 * Whoever closed the sheet of the PIN to read on, and goes on working, is asked again: nothing else leads on.
 * @param {Event} event
 */
function remind(event) {
  if (paused === hooks.signIn && !around(event, "dialog")) hooks.signIn();
}

export function start() {
  if (!screen()) return;
  isCopy = document.documentElement.hasAttribute("data-kept");
  addEventListener("pointerdown", hurry, { passive: true });
  document.addEventListener("click", remind);
  document.addEventListener("visibilitychange", () => {
    if (socket) {
      const silent = socket.visible(!document.hidden);
      if (!document.hidden && silent > 11000) line.wait(6000);
    }
    wake();
  });
  addEventListener("pageshow", (event) => { if (event.persisted) wake(); });
  addEventListener("pagehide", () => {
    // A page restored from the back-forward cache is as old as it was.
    line.wait();
    drop();
  });
  addEventListener("online", () => {
    if (socket) socket.doubt();
    wake();
  });
  addEventListener("offline", () => {
    line.off();
    if (socket) socket.doubt();
  });
  dial();
}

/** @param {string} reason */
export const lost = (reason) => restart({ wait: GAP, force: reason !== "gap", now: true });
export const touched = () => refresh();
