// A device that several people use in turn: <body data-shared="SECONDS">. The server is told, at most once a minute, that
// somebody is here, for only it decides when commands ask for the PIN. body[data-idle]: they do so now.

import { person } from "./page.js";
import { request } from "./request.js";

const TELL = 60000;
const LIMIT = 10000;

let told = -Infinity;
/** @type {ReturnType<typeof setTimeout> | 0} */
let telling = 0;
/** @type {ReturnType<typeof setTimeout> | 0} */
let sleeping = 0;

const body = () => document.body;

/**
 * How long to wait before a touch is told: 0 is at once. The last touch of a minute is told when it is over.
 * @param {number} now
 * @param {number} toldAt
 */
export const untilTold = (now, toldAt) => Math.max(0, toldAt + TELL - now);

function touched() {
  if (body().hasAttribute("data-idle")) return;
  sleepLater();
  if (!telling) telling = setTimeout(tell, untilTold(performance.now(), told));
}

/** If the report fails, the next touch is reported. */
async function tell() {
  telling = 0;
  told = performance.now();
  const headers = { Accept: "application/json", "X-Person": person() };
  const reply = await request("/touch", { method: "POST", headers, limit: LIMIT });
  if (reply && reply.status === 401 && reply.json && reply.json.type === "idle") sleep();
}

function sleepLater() {
  clearTimeout(sleeping);
  sleeping = setTimeout(sleep, Number(body().dataset.shared) * 1000);
}

function sleep() {
  clearTimeout(sleeping);
  body().setAttribute("data-idle", "");
}

/** Somebody has proven a PIN. */
export function wake() {
  if (!body().dataset.shared) return;
  body().removeAttribute("data-idle");
  told = performance.now();
  sleepLater();
}

export function start() {
  if (!body().dataset.shared) return;
  // This page was a touch, where somebody opened it.
  told = performance.now();
  if (!body().hasAttribute("data-idle")) sleepLater();
  for (const type of ["pointerdown", "keydown", "wheel", "touchmove"]) {
    document.addEventListener(type, touched, { capture: true, passive: true });
  }
}
