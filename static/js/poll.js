// GET /feed: why a socket failed, and the same frames where sockets do not work.

import { screen, cursorText, request, retryAfter, sleep, random } from "./page.js";

const WAIT = 10;

let current = null;

const url = (wait) => "/feed?screen=" + encodeURIComponent(screen()) +
  "&cursor=" + encodeURIComponent(cursorText()) + (wait ? "&wait=" + wait : "");

/**
 * One question. Answers { kind } : "ok" with `body`, "signin", "forbidden", "busy" with `rest` ms (or null), "gone" (network).
 */
export async function ask(wait, keep) {
  try {
    const asked = request(url(wait), { headers: { Accept: "application/json" }, cache: "no-store" }, (wait + 6) * 1000);
    if (keep) keep(asked);
    const response = await asked;
    if (response.status === 401) return { kind: "signin" };
    if (response.status === 403) return { kind: "forbidden", sentence: (await response.json().catch(() => ({}))).title };
    if (!response.ok) return { kind: "busy", rest: retryAfter(response) };
    return { kind: "ok", body: await response.json() };
  } catch (error) {
    return { kind: "gone" };
  }
}

export const isPolling = () => current !== null;

/** Asks again and again until stopped or until `took(answer)` is false. */
export async function poll(took) {
  if (current) return;
  const mine = { stopped: false, abort() {} };
  current = mine;
  while (!mine.stopped) {
    const began = Date.now();
    const answer = await ask(WAIT, (asked) => { mine.abort = asked.abort; });
    if (mine.stopped) break;
    if (!took(answer)) break;
    // A server that is going away answers waiting questions at once: do not turn that into a storm.
    const empty = answer.body && !(answer.body.frames || []).some((frame) => frame.from < frame.to);
    if (empty && Date.now() - began < 1000) await sleep(500 + random(1000));
  }
  if (current === mine) current = null;
}

export function stopPolling() {
  if (!current) return;
  current.stopped = true;
  current.abort();
  current = null;
}
