// The company's clock: this device may be minutes wrong and in another time zone.

import { facts } from "./page.js";

let skew = 0;

/** By so much the clock and the time that a page runs go apart only where the clock was set, or the device slept. */
const JUMP = 60000;
const LOOK_EVERY = 10000;

let jumped = () => {};

/**
 * Told on a live page when this device's clock may be another: what it lacks is known again once the page was fetched.
 * @param {() => void} listener
 */
export function onJump(listener) {
  jumped = listener;
}

function watch() {
  let apart = Date.now() - performance.now();
  setInterval(() => {
    const before = apart;
    apart = Date.now() - performance.now();
    if (Math.abs(apart - before) > JUMP && facts().screen) jumped();
  }, LOOK_EVERY);
}

/**
 * `now` is the server's clock when it answered, `received` this device's clock when the answer began to arrive.
 * @param {string | undefined} now
 * @param {number} received
 */
export function setClock(now, received) {
  const at = Date.parse(now || "");
  if (!isNaN(at)) skew = at - received;
}

export const now = () => Date.now() + skew;
/** What this device's clock lacks, in ms. */
export const skewOf = () => skew;

/**
 * Minutes since the epoch, and the zone's minutes east of UTC from then on.
 * @typedef {[number, number]} OffsetChange
 */

/**
 * "-240 29369160:-300": the first offset, and each later one with the minute it begins at. See WorkCalendar::offsets.
 * @param {string | undefined} text
 * @returns {OffsetChange[]}
 */
export function offsetsOf(text) {
  const [first, ...later] = String(text || "0").split(" ");
  const changes = later.map((change) => /** @type {OffsetChange} */ (change.split(":").map(Number)));
  return [[-Infinity, Number(first) || 0], ...changes];
}

/**
 * @param {OffsetChange[]} offsets
 * @param {number} minute since the epoch
 */
export function offsetAt(offsets, minute) {
  let at = offsets.length - 1;
  while (at > 0 && offsets[at][0] > minute) at--;
  return offsets[at][1];
}

/** A moment on this device's clock, as the server's clock says it. @param {number} deviceMs */
export const onServer = (deviceMs) => deviceMs + skew;

/**
 * HH:MM in the company's time zone of a moment on this device's clock.
 * @param {number} deviceMs
 */
export function wallTime(deviceMs) {
  const ms = onServer(deviceMs);
  const local = new Date(ms + offsetAt(offsetsOf(facts().offset), Math.floor(ms / 60000)) * 60000);
  /** @param {number} n */
  const two = (n) => (n < 10 ? "0" : "") + n;
  return two(local.getUTCHours()) + ":" + two(local.getUTCMinutes());
}

export function start() {
  watch();
  // A copy was answered by this device itself, see kept.js.
  const { kept, skew: known } = document.documentElement.dataset;
  if (kept) {
    skew = Number(known) || 0;
    return;
  }
  const entry = /** @type {PerformanceNavigationTiming | undefined} */ (
    performance.getEntriesByType?.("navigation")[0]);
  const received = entry && entry.responseStart ? performance.timeOrigin + entry.responseStart : Date.now();
  setClock(facts().now, received);
}
