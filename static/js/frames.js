// The order in which texts from the server are applied, whichever way they came.

import { cursor, setCursor } from "./page.js";
import { decide, advance } from "./cursor.js";
import { applyHtml, applyPresence } from "./apply.js";
import { fingerDown, whenStill } from "./touch.js";

const inbox = [];
const hooks = { resync() {}, touched() {} };
let asked = false;

/** `resync(reason)`: the cursor cannot go on; `touched()`: something changed that only a new page shows. */
export function onTrouble(handlers) {
  Object.assign(hooks, handlers);
}

/** Takes one object from the feed. It waits while a finger is down. */
export function deliver(frame) {
  inbox.push(frame);
  drain();
}

export const forgetInbox = () => { inbox.length = 0; };

function drain() {
  if (fingerDown()) {
    if (!asked) whenStill(0, () => { asked = false; drain(); });
    asked = true;
    return;
  }
  while (inbox.length) take(inbox.shift());
}

function take(frame) {
  if (frame.presence !== undefined) {
    applyPresence(frame.presence);
    return;
  }
  const here = cursor();
  const verdict = decide(here, frame);
  if (verdict === "ignore") return;
  if (verdict === "resync") {
    inbox.length = 0;
    hooks.resync(here && frame.epoch === here.epoch && frame.from > here.n ? "gap" : "epoch");
    return;
  }
  applyHtml(frame.html, frame.to);
  setCursor(advance(here, frame));
  if (frame.touched) hooks.touched();
}
