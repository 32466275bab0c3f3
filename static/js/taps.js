// The taps that this device keeps: until the server has said its word, or until a person has read that it will not.

import { recall, remember } from "./device.js";

const PREFIX = "separacao.tap.";
/** Nothing older than this is sent: the goods may be in another order by then. */
const EXPIRES = 12 * 3600 * 1000;
/** More than a shift makes; beyond it a tap lives in its page only. */
const MOST = 500;
/** How long an expired tap is kept for its author to read. */
const READ_WITHIN = 7 * 24 * 3600 * 1000;

/**
 * @typedef {object} Ending  why a tap will not be sent any more
 * @property {"refused" | "expired"} why
 * @property {string} sentence
 *
 * @typedef {object} Tap
 * @property {string} op  its operation id
 * @property {string} url
 * @property {string} body
 * @property {string} target  id of the element it is about
 * @property {string} person  who made it: id
 * @property {string} name  and name
 * @property {string} what  what was done to what, in words: "Separar CB14"
 * @property {string} page  where it was done
 * @property {string} tab
 * @property {number} at  when, on this device's clock
 * @property {Ending} [ended]
 */

/** @param {Tap} tap */
export function store(tap) {
  const { op, url, body, target, person, name, what, page, tab, at, ended } = tap;
  try {
    const key = PREFIX + op;
    if (localStorage.getItem(key) === null && keys().length >= MOST) return false;
    localStorage.setItem(key, JSON.stringify({ op, url, body, target, person, name, what, page, tab, at, ended }));
    return true;
  } catch (error) {
    return false;
  }
}

const keys = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));

/** @param {string} op */
export const unstore = (op) => remember(PREFIX + op);

/**
 * @param {string} op
 * @returns {Tap | null}
 */
export const stored = (op) => parse(recall(PREFIX + op));

/** All of them, the oldest first. */
export function allStored() {
  /** @type {Tap[]} */
  const found = [];
  try {
    for (const key of keys()) {
      const tap = parse(localStorage.getItem(key));
      if (tap) found.push(tap);
    }
  } catch (error) { /* no storage, nothing left behind */ }
  return found.sort((a, b) => a.at - b.at);
}

/**
 * @param {string | null} text
 * @returns {Tap | null}
 */
function parse(text) {
  try {
    const tap = JSON.parse(text || "null");
    return tap && tap.op && tap.url ? Object.assign({ name: "", what: "", page: "", tab: "" }, tap) : null;
  } catch (error) {
    return null;
  }
}

/**
 * Whether it is too late to send. A clock that was set back by hours is no better than a long wait.
 * @param {Tap} tap
 * @param {number} now
 */
export const isExpired = (tap, now) => Math.abs(now - tap.at) > EXPIRES;

/**
 * What nobody came back to read. A tablet whose battery was empty may begin its day years ago: what lies in its future stays.
 * @param {number} now
 */
export function prune(now) {
  for (const tap of allStored()) if (now - tap.at > READ_WITHIN) unstore(tap.op);
}
