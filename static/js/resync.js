// Fetches this page again and turns the page into it. One at a time, for ever, never in a herd.

import { cursor, setCursor, person, sleep, random, backoff, retryAfter, request, whenVisible } from "./page.js";
import { parse } from "./cursor.js";
import { applyPage } from "./whole.js";
import { whenStill } from "./touch.js";
import { setClock } from "./clock.js";
import { forgetInbox } from "./frames.js";
import { isBusy } from "./queue.js";
import { isLeaving } from "./guard.js";

const LIMIT = 15000;

const hooks = { signIn() {}, forbidden() {}, failed() {} };
let running = null;
let again = null;

/** `signIn()` → promise that resolves when somebody signed in; `forbidden()`; `failed()`: an attempt did not work. */
export function onOutcome(handlers) {
  Object.assign(hooks, handlers);
}

/**
 * `wait`: at most so many ms are spent before asking; `force`: the page that comes is the truth whatever its number;
 * `now`: nothing is announced in place first; `typed`: the page is fetched for a form in use. Resolves when the page is right again.
 */
export function resync(options) {
  if (running) {
    again = Object.assign(again || {}, options, { wait: 0 });
    return running;
  }
  running = run(Object.assign({}, options)).then(() => {
    running = null;
    if (!again) return undefined;
    const next = again;
    again = null;
    return resync(next);
  });
  return running;
}

export const isRunning = () => running !== null;

async function run(options) {
  if (options.wait) await sleep(random(options.wait));
  for (let attempt = 0; ; attempt++) {
    await whenVisible();
    const rest = await once(options);
    if (rest === null) return;
    hooks.failed();
    await sleep(rest === undefined ? backoff(attempt) : rest);
  }
}

/** null when done, a number of ms to stay away, undefined to try again with backoff. */
async function once(options) {
  let response, text;
  try {
    response = await request(location.pathname + location.search, { headers: { Accept: "text/html" }, cache: "no-store" }, LIMIT);
    text = await response.text();
  } catch (error) {
    return undefined;
  }
  const received = Date.now();
  if (response.status === 401) {
    await hooks.signIn();
    return 0;
  }
  if (response.status === 403) {
    hooks.forbidden("");
    return null;
  }
  if (response.status === 404 || response.status === 410) {
    return leave(() => location.reload());
  }
  if (!response.ok) {
    const stay = retryAfter(response);
    return stay === null ? undefined : stay;
  }
  return take(response, text, received, options);
}

/** This page is no more. A tap of our own may be why: then its answer says where to go. */
async function leave(go) {
  while (isBusy()) await sleep(100);
  if (!isLeaving()) go();
  return sleep(LIMIT);
}

async function take(response, text, received, options) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const fresh = page.getElementById("main");
  if (!fresh || !fresh.dataset.person) {
    await hooks.signIn();
    return 0;
  }
  if (response.redirected && new URL(response.url).pathname !== location.pathname) {
    return leave(() => location.assign(response.url));
  }
  if (person() && fresh.dataset.person !== person()) {
    return leave(() => location.reload());
  }
  await new Promise((done) => whenStill(0, done));
  const from = cursor();
  const to = parse(fresh.dataset.cursor);
  const other = !from || !to || from.epoch !== to.epoch || (from.n === to.n && from.tag !== to.tag);
  const force = Boolean(options.force || other);
  if (force) forgetInbox();
  setClock(fresh.dataset.now, received);
  applyPage(fresh, { force, now: Boolean(options.now), typed: Boolean(options.typed) });
  if (to && (force || to.n > from.n)) setCursor(to);
  if (page.title) document.title = page.title;
  return null;
}

let last = -Infinity;
let pending = 0;

/** Something changed that is not sent as html: at most one page a second. */
export function refresh() {
  if (pending) return;
  pending = setTimeout(() => {
    pending = 0;
    last = performance.now();
    resync({});
  }, Math.max(0, last + 1000 - performance.now()));
}
