import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { runInNewContext } from "node:vm";

const script = readFileSync(new URL("../../static/worker.js", import.meta.url), "utf8");

/** Taps a notification while these pages are open. What happened. */
async function tapped(pages) {
  const done = [];
  const listeners = new Map();
  const clients = { matchAll: async () => pages.map((name) => ({ focus: async () => done.push("focus " + name) })), openWindow: async (url) => done.push("open " + url) };
  runInNewContext(script, { self: { addEventListener: (type, listener) => listeners.set(type, listener), clients } });
  let ends;
  const event = { notification: { close: () => done.push("close") }, waitUntil: (promise) => { ends = promise; } };
  listeners.get("notificationclick")(event);
  await ends;
  return done;
}

test("a notification that is tapped brings back the page, or the list of what waits", async () => {
  assert.deepEqual(await tapped(["/history", "/"]), ["close", "focus /history"]);
  assert.deepEqual(await tapped([]), ["close", "open /needs"]);
});
