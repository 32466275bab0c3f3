// The company's clock: this device may be minutes wrong and in another time zone.

import { facts } from "./page.js";

let skew = 0;

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

export const offsetMinutes = () => Number(facts().offset) || 0;

/**
 * HH:MM in the company's time zone of a moment on this device's clock.
 * @param {number} deviceMs
 */
export function wallTime(deviceMs) {
  const local = new Date(deviceMs + skew + offsetMinutes() * 60000);
  /** @param {number} n */
  const two = (n) => (n < 10 ? "0" : "") + n;
  return two(local.getUTCHours()) + ":" + two(local.getUTCMinutes());
}

export function start() {
  const entry = /** @type {PerformanceNavigationTiming | null} */ (
    performance.getEntriesByType ? performance.getEntriesByType("navigation")[0] : null);
  const received = entry && entry.responseStart ? performance.timeOrigin + entry.responseStart : Date.now();
  setClock(facts().now, received);
}
