// Keeps the page connected: socket first, long poll where sockets do not work, for ever, without a herd.

import { screen, cursorText, backoff, random } from "./page.js";
import { openSocket } from "./socket.js";
import { ask, poll, isPolling, stopPolling } from "./poll.js";
import { deliver } from "./frames.js";
import { resync, refresh, isRunning } from "./resync.js";
import * as line from "./liveline.js";

const SOON = 500;
const GAP = 500;

// signIn(), forbidden(sentence), hello(hello), live()
const hooks = { signIn() {}, forbidden() {}, hello() {}, live() {} };
let socket = null;
let timer = 0;
let due = 0;
let attempt = 0;
let refused = 0;
let spread = 10000;
let paused = false;

export function onLink(handlers) {
  Object.assign(hooks, handlers);
}

function dialIn(ms) {
  clearTimeout(timer);
  due = Date.now() + ms;
  timer = setTimeout(dial, ms);
}

function dial() {
  clearTimeout(timer);
  timer = 0;
  // A hidden page waits to be seen, a page being fetched again waits for its cursor.
  if (!screen() || paused || socket || document.hidden) return;
  if (isRunning()) return dialIn(300);
  const scheme = location.protocol === "https:" ? "wss://" : "ws://";
  const url = scheme + location.host + "/live?screen=" + encodeURIComponent(screen()) + "&cursor=" + encodeURIComponent(cursorText());
  const mine = openSocket(url, { hello: (hello) => greeted(mine, hello), frame: heard, close: closed });
  socket = mine;
}

function greeted(mine, hello) {
  if (typeof hello.window === "number") spread = hello.window;
  refused = 0;
  stopPolling();
  setTimeout(() => { if (socket === mine) attempt = 0; }, 5000);
  line.live();
  hooks.live();
  hooks.hello(hello);
}

function heard(object) {
  if (object.reset !== undefined) {
    restart({ wait: typeof object.window === "number" ? object.window : spread, force: true, now: true });
    return;
  }
  if (socket && socket.greeted()) line.live();
  else line.fresh();
  deliver(object);
}

function drop() {
  if (socket) socket.end();
  socket = null;
  stopPolling();
}

/** The cursor cannot go on: a new page, then a new socket from where it stands. */
export function restart(options) {
  drop();
  line.wait();
  resync(options).then(() => {
    line.fresh();
    if (!socket) dial();
  });
}

function closed(code, wasGreeted) {
  socket = null;
  if (!isPolling()) line.wait();
  if (code === 4401) return pause(hooks.signIn);
  if (code === 4403) return pause(hooks.forbidden);
  if (code === 1012) return dialIn(random(spread));
  if (code === 1003 || code === 1008 || code === 1009) attempt = Math.max(attempt, 5);
  if (!wasGreeted && !isPolling()) return learnWhy();
  return dialIn(backoff(attempt++));
}

/** A browser is not told why a handshake failed; an ordinary request is. */
async function learnWhy() {
  const answer = await ask(0);
  if (socket || paused) return;
  refused += answer.kind === "ok" ? 1 : 0;
  if (!took(answer)) return;
  if (refused >= 2) {
    line.live();
    // Who is where comes over sockets only: better nobody than somebody who left long ago.
    deliver({ presence: "" });
    poll(took);
  }
  dialIn(backoff(attempt++));
}

/** Whether asking may go on. */
function took(answer) {
  if (answer.kind === "signin" || answer.kind === "forbidden") {
    pause(answer.kind === "signin" ? hooks.signIn : hooks.forbidden, answer.sentence);
    return false;
  }
  if (answer.kind !== "ok") {
    line.off();
    if (!socket) dialIn(answer.rest || backoff(attempt++));
    return false;
  }
  if (answer.body.reset !== undefined) {
    restart({ wait: spread, force: true, now: true });
    return false;
  }
  if (isPolling()) {
    line.live();
    hooks.live();
  }
  (answer.body.frames || []).forEach(deliver);
  return true;
}

function pause(why, sentence) {
  paused = true;
  drop();
  clearTimeout(timer);
  line.off();
  why(sentence);
}

/** Somebody signed in, under a new session: a new socket from the cursor. */
export function resume() {
  paused = false;
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
  dialIn(random(SOON));
}

/** Who touches the page wants it now: the next try is not waited for. */
function hurry() {
  if (timer && due - Date.now() > SOON) wake();
}

export function start() {
  addEventListener("pointerdown", hurry, { passive: true });
  document.addEventListener("visibilitychange", () => {
    if (socket) {
      const silent = socket.visible(!document.hidden);
      if (!document.hidden && silent > 11000) line.wait(6000);
    }
    wake();
  });
  addEventListener("pageshow", (event) => { if (event.persisted) wake(); });
  addEventListener("pagehide", drop);
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

export const lost = (reason) => restart({ wait: GAP, force: reason !== "gap", now: true });
export const touched = () => refresh();
