// GET /feed: why a socket failed, and the same frames where sockets do not work.

import { screen, under, cursorText, sleep, random } from "./page.js";
import { request } from "./request.js";

const WAIT = 10;
/** Beyond what the server waits. */
const SLACK = 6;

/**
 * "ok" with `body`, "signin", "forbidden" with its sentence, "busy" with `rest` ms (or null), "gone": the network.
 * @typedef {object} Asked
 * @property {"ok" | "signin" | "forbidden" | "busy" | "gone"} kind
 * @property {any} [body]
 * @property {string} [sentence]
 * @property {number | null} [rest]
 */

/** @type {AbortController | null} */
let current = null;

/** @param {number} wait */
const url = (wait) => under() + "/feed?screen=" + encodeURIComponent(screen()) +
  "&cursor=" + encodeURIComponent(cursorText()) + (wait ? "&wait=" + wait : "");

/**
 * One question.
 * @param {number} wait  seconds that the server may wait for something to say
 * @param {AbortSignal} [signal]
 * @returns {Promise<Asked>}
 */
export async function ask(wait, signal) {
  const reply = await request(url(wait), { headers: { Accept: "application/json" }, limit: (wait + SLACK) * 1000, signal });
  if (!reply) return { kind: "gone" };
  if (reply.status === 401) return { kind: "signin" };
  if (reply.status === 403) return { kind: "forbidden", sentence: reply.json ? reply.json.title : "" };
  if (!reply.ok || !reply.json) return { kind: "busy", rest: reply.rest };
  return { kind: "ok", body: reply.json };
}

export const isPolling = () => current !== null;

/**
 * Asks again and again until stopped or until `took(answer)` is false.
 * @param {(asked: Asked) => boolean} took
 */
export async function poll(took) {
  if (current) return;
  const own = new AbortController();
  current = own;
  while (!own.signal.aborted) {
    const began = Date.now();
    const asked = await ask(WAIT, own.signal);
    if (own.signal.aborted) break;
    if (!took(asked)) break;
    // A server that is going away answers waiting questions at once: do not turn that into a storm.
    const frames = /** @type {import("./frames.js").Frame[]} */ (asked.body?.frames || []);
    const empty = !frames.some((frame) => frame.from < frame.to);
    if (empty && Date.now() - began < 1000) await sleep(500 + random(1000));
  }
  if (current === own) current = null;
}

export function stopPolling() {
  if (!current) return;
  current.abort();
  current = null;
}
