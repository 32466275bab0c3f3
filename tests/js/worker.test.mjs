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

/** Goes to a page of which this device has a copy, while this is answered. What is shown. */
async function shown(answer) {
  const listeners = new Map();
  const copy = new Response("copy", { headers: { "X-Kept-At": String(Date.now()) } });
  const caches = { open: async () => ({ match: async () => copy }) };
  runInNewContext(script, { self: { addEventListener: (type, listener) => listeners.set(type, listener) }, caches, Date, Promise, Response,
    setTimeout: () => 0, fetch: async () => answer });
  let page;
  const request = { method: "GET", mode: "navigate", destination: "document", url: "http://app.example/orders/7" };
  listeners.get("fetch")({ request, respondWith: (promise) => { page = promise; } });
  return (await page).text();
}

test("what we say is shown, and what asks who is there; where a gateway knows nobody the copy is", async () => {
  const answer = (status, headers = {}) => new Response("answer", { status, headers });
  for (const status of [200, 401, 403, 404, 500, 503]) assert.equal(await shown(answer(status, { "X-Build": "1" })), "answer", String(status));
  for (const status of [200, 401, 407, 511]) assert.equal(await shown(answer(status)), "answer", String(status));
  for (const status of [403, 404, 408, 429, 500, 502]) assert.equal(await shown(answer(status)), "copy", String(status));
});
