// A screen that wants to be a wall: it asks for a code, for another when that one is about to end, and becomes the wall
// when an administrator has typed it. Nobody touches it meanwhile, so nothing but an answer of ours changes it.

import { find } from "./dom.js";
import { main, random, sleep } from "./page.js";
import { documentOf, request } from "./request.js";

const BETWEEN = 2000;
const LIMIT = 10000;

async function look() {
  const place = find("[data-pairing]");
  if (!place) return;
  const shown = place.dataset.pairing !== "";
  const reply = await request(shown ? "/wall" : "/wall/code", { method: shown ? "GET" : "POST", limit: LIMIT });
  const fresh = reply && reply.ok ? documentOf(reply).getElementById("main") : null;
  if (fresh && fresh.dataset.screen) {
    location.reload();
    return;
  }
  const old = main();
  if (fresh && old && fresh.textContent !== old.textContent) old.replaceChildren(...Array.from(fresh.childNodes));
  await sleep((reply && reply.rest) || BETWEEN + random(BETWEEN / 2));
  look();
}

export const start = () => { look(); };
