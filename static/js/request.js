// Every question to the server. An answer counts only if it carries our mark, the build; what a gateway, a proxy or the
// page of a hotel says is the network's, whatever its status. A limit holds until the body is read.

import { pageBuild, random } from "./page.js";

/**
 * An answer of ours, read whole.
 * @typedef {object} Reply
 * @property {number} status
 * @property {boolean} ok
 * @property {boolean} isFinal  a word that no other try would change
 * @property {string} build  who answered
 * @property {string} text
 * @property {any} json  null where it is none
 * @property {number | null} rest  ms to stay away, where that was asked for
 * @property {string} url
 * @property {boolean} redirected
 * @property {number} received  when the answer began, in ms since 1970 on this device
 */

/**
 * @typedef {object} Question
 * @property {number} limit  ms, until the last byte of the body
 * @property {string} [method]
 * @property {Record<string, string>} [headers]
 * @property {BodyInit} [body]
 * @property {AbortSignal} [signal]
 */

/** The header that every answer of ours carries. */
export const MARK = "X-Build";

/** @type {(build: string) => void} */
let met = () => {};

/**
 * Told of the build of every answer.
 * @param {(build: string) => void} listener
 */
export function onBuild(listener) {
  met = listener;
}

/**
 * Whether a refusal or a success is the last word. A replica of another build may not know a path or a field yet, and
 * a replica that is busy, broken or full may answer otherwise the next time.
 * @param {number} status
 * @param {string} build
 * @param {string} own
 */
export function isFinal(status, build, own) {
  if (status === 401 || status === 408 || status === 429 || status >= 500) return false;
  return !([404, 405, 422].includes(status) && build !== own);
}

/**
 * Milliseconds to stay away (Retry-After in seconds), spread a little.
 * @param {string | null} seconds
 */
export function restOf(seconds) {
  const n = seconds === null || seconds.trim() === "" ? NaN : Number(seconds);
  return n >= 0 ? n * 1000 + random(1000) : null;
}

/**
 * Null is the network: nothing came, not in time, or not from us.
 * @param {string} url
 * @param {Question} question
 * @returns {Promise<Reply | null>}
 */
export async function request(url, question) {
  const { limit, signal, ...rest } = question;
  const control = new AbortController();
  const stop = () => control.abort();
  const timer = setTimeout(stop, limit);
  if (signal) signal.addEventListener("abort", stop);
  try {
    // What a page asks while nobody sees it does not count as use of its session.
    const headers = document.hidden ? { ...rest.headers, "X-Unseen": "1" } : rest.headers;
    const response = await fetch(url, { credentials: "same-origin", cache: "no-store", ...rest, headers, signal: control.signal });
    const received = Date.now();
    const build = response.headers.get(MARK);
    if (!build) return null;
    const text = await response.text();
    met(build);
    return {
      status: response.status,
      ok: response.ok,
      isFinal: isFinal(response.status, build, pageBuild()),
      build,
      text,
      json: jsonOf(response.headers.get("Content-Type"), text),
      rest: restOf(response.headers.get("Retry-After")),
      url: response.url,
      redirected: response.redirected,
      received,
    };
  } catch (error) {
    return null;
  } finally {
    clearTimeout(timer);
    if (signal) signal.removeEventListener("abort", stop);
    // What was not read is not waited for.
    stop();
  }
}

/**
 * @param {string | null} type
 * @param {string} text
 */
export function jsonOf(type, text) {
  if (!/json/.test(type || "")) return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    return null;
  }
}

/**
 * A page that a proxy passed on without its end is none: the rows that it lacks would be taken for gone.
 * @param {string} text
 */
const isWhole = (text) => !/^\s*<!doctype/i.test(text) || text.includes("</html>");

/**
 * A page of ours, or a piece of one.
 * @param {string} url
 * @param {number} limit
 */
export async function requestPage(url, limit) {
  const reply = await request(url, { headers: { Accept: "text/html" }, limit });
  return reply && isWhole(reply.text) ? reply : null;
}

/** @param {Reply} reply */
export const documentOf = (reply) => new DOMParser().parseFromString(reply.text, "text/html");
