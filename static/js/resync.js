// Fetches this page again and turns the page into it. One at a time, for ever, never in a herd.

import { cursor, setCursor, person, screen, sleep, random, backoff, whenVisible } from "./page.js";
import { documentOf, requestPage } from "./request.js";
import { parse } from "./cursor.js";
import { applyPage } from "./page-morph.js";
import { whenStill } from "./touch.js";
import { setClock } from "./clock.js";
import { isSending } from "./queue.js";
import { isLeaving } from "./guard.js";
import { whenOurs, reloadWhenOurs } from "./reload.js";
import { renewAround } from "./around.js";

const LIMIT = 15000;

/**
 * @typedef {object} Options
 * @property {number} [wait]  at most so many ms are spent before asking
 * @property {boolean} [force]  the page that comes is the truth whatever its number
 * @property {boolean} [now]  nothing is announced in place first
 * @property {boolean} [typed]  the page is fetched for a form in use
 */

const hooks = {
  /** @returns {Promise<void>} */
  signIn: () => Promise.resolve(),
  /** @param {string} sentence */
  forbidden(sentence) {},
  failed() {},
  /** The page is another screen now. */
  turned() {},
  /** Something is owed, or no longer. */
  owing() {},
};
/** @type {Promise<void> | null} */
let running = null;
/** @type {Options | null} */
let again = null;

/**
 * `signIn()` resolves when somebody signed in; `failed()`: an attempt did not work.
 * @param {Partial<typeof hooks>} handlers
 */
export function onOutcome(handlers) {
  Object.assign(hooks, handlers);
}

/**
 * Resolves when the page is right again.
 * @param {Options} options
 * @returns {Promise<void>}
 */
export function resync(options) {
  if (running) {
    again = Object.assign(again || {}, options, { wait: 0 });
    return running;
  }
  running = run(Object.assign({}, options)).then(() => {
    running = null;
    if (!again) {
      hooks.owing();
      return undefined;
    }
    const next = again;
    again = null;
    return resync(next);
  });
  hooks.owing();
  return running;
}

export const isRunning = () => running !== null;

/** Whether the page is known to be behind. */
export const isOwed = () => running !== null || pending !== 0;

/** @param {Options} options */
async function run(options) {
  if (options.wait) await sleep(random(options.wait));
  for (let attempt = 0; ; attempt++) {
    await whenVisible();
    const rest = await once(options).catch(failed);
    if (rest === null) return;
    hooks.failed();
    await sleep(rest === undefined ? backoff(attempt) : rest);
  }
}

/**
 * A page that cannot be brought in is tried again: whoever waits for it would wait for ever.
 * @param {unknown} error
 */
function failed(error) {
  console.error(error);
  return undefined;
}

/**
 * null when done, a number of ms to stay away, undefined to try again with backoff.
 * @param {Options} options
 * @returns {Promise<number | null | undefined>}
 */
async function once(options) {
  const asked = location.pathname + location.search;
  const reply = await requestPage(asked, LIMIT);
  if (!reply) return undefined;
  // Something else is to be shown by now: whoever said so has asked for it.
  if (again && asked !== location.pathname + location.search) return null;
  if (reply.status === 401) {
    await hooks.signIn();
    return 0;
  }
  if (reply.status === 403) {
    hooks.forbidden("");
    return null;
  }
  if (!reply.isFinal) return reply.rest === null ? undefined : reply.rest;
  if (reply.status === 404 || reply.status === 410) {
    // There is no page of ours to look for: what stands there is the answer.
    return leave(() => location.reload());
  }
  if (!reply.ok) return undefined;
  return take(reply, options);
}

/**
 * This page is no more. A tap of our own may be why: then its answer says where to go.
 * @param {() => void} go
 */
async function leave(go) {
  while (isSending()) await sleep(100);
  if (!isLeaving()) go();
  return sleep(LIMIT).then(() => 0);
}

/**
 * @param {import("./request.js").Reply} reply
 * @param {Options} options
 */
async function take(reply, options) {
  const page = documentOf(reply);
  const fresh = page.getElementById("main");
  if (!fresh || !(fresh.dataset.person || fresh.dataset.under)) {
    await hooks.signIn();
    return 0;
  }
  if (reply.redirected && new URL(reply.url).pathname !== location.pathname) {
    return leave(() => { whenOurs(reply.url, () => location.assign(reply.url)); });
  }
  if (person() && fresh.dataset.person !== person()) {
    return leave(() => { reloadWhenOurs(); });
  }
  await new Promise((done) => whenStill(0, () => done(undefined)));
  const from = cursor();
  const to = parse(fresh.dataset.cursor);
  const other = !from || !to || from.epoch !== to.epoch || (from.n === to.n && from.tag !== to.tag);
  const force = Boolean(options.force || other);
  setClock(fresh.dataset.now, reply.received);
  // Whoever is told that the page changed puts into its title what waits.
  if (page.title) document.title = page.title;
  renewAround(page);
  const before = screen();
  applyPage(fresh, { force, now: Boolean(options.now), typed: Boolean(options.typed) });
  if (to && (force || !from || to.n > from.n)) setCursor(to);
  if (screen() !== before) hooks.turned();
  return null;
}

let last = -Infinity;
/** @type {ReturnType<typeof setTimeout> | 0} */
let pending = 0;

/** Something changed that is not sent as html: at most one page a second. */
export function refresh() {
  if (pending) return;
  pending = setTimeout(() => {
    pending = 0;
    last = performance.now();
    resync({});
  }, Math.max(0, last + 1000 - performance.now()));
  hooks.owing();
}
