import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";
import { answer, BUILD, network, page } from "./world.mjs";

page();
const { isFinal, onBuild, request, requestPage, restOf } = await load("request.js");
const ask = (limit = 1000) => request("/x", { limit });
const OTHER = "1761000009-bbbbbbbbbb";

test("what comes without our mark is the network, whatever it says", async () => {
  for (const [status, body] of [[404, { code: 404 }], [408, "late"], [403, "no"], [401, "login"], [200, "<html>login</html>"],
    [200, { status: "ok" }], [500, { error: "edge" }], [502, "bad"]]) {
    network(() => answer(status, body, { build: null }));
    assert.equal(await ask(), null, String(status));
  }
});

test("no answer and a broken one are the network", async () => {
  network(() => null);
  assert.equal(await ask(), null);
  const broken = new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode("{")); c.error(new Error("cut")); } });
  network(() => new Response(broken, { headers: { "x-build": BUILD } }));
  assert.equal(await ask(), null);
});

test("a page without its end is the network, a piece of a page has none", async () => {
  const begins = "<!doctype html>\n<html><main id=main><ul><li>CB14</li>";
  for (const [text, whole] of [[begins, false], [begins + "</ul></main></body></html>\n", true], ["<nav>chips</nav>", true], ["", true]]) {
    network(() => answer(200, text));
    assert.equal(await requestPage("/x", 1000) !== null, whole, text);
  }
});

test("a limit covers the body", async () => {
  let cut = false;
  globalThis.fetch = async (url, { signal }) => new Response(new ReadableStream({
    start(control) {
      control.enqueue(new TextEncoder().encode("{"));
      signal.addEventListener("abort", () => { cut = true; control.error(new Error("aborted")); });
    },
  }), { headers: { "x-build": BUILD } });
  assert.equal(await ask(30), null);
  assert.ok(cut);
});

test("an answer of ours is read whole, and its build is told", async () => {
  const met = [];
  onBuild((build) => met.push(build));
  network(() => answer(422, { title: "Não" }, { build: OTHER, headers: { "retry-after": "2" } }));
  const reply = await ask();
  assert.equal(reply.status, 422);
  assert.equal(reply.ok, false);
  assert.deepEqual(reply.json, { title: "Não" });
  assert.ok(reply.rest >= 2000 && reply.rest <= 3000);
  assert.deepEqual(met, [OTHER]);
  network(() => answer(200, "<p>"));
  assert.equal((await ask()).json, null);
});

test("what a page asks while nobody sees it says so", async () => {
  const asked = network(() => answer(200));
  const ask = () => request("/x", { limit: 1000, headers: { Accept: "text/html" } });
  await ask();
  document.hidden = true;
  await ask();
  document.hidden = false;
  assert.deepEqual(asked.map(({ headers }) => headers["X-Unseen"]), [undefined, "1"]);
  assert.ok(asked.every(({ headers }) => headers.Accept === "text/html"));
  // No copy of before, and only as whoever is signed in here.
  assert.ok(asked.every(({ cache, credentials }) => cache === "no-store" && credentials === "same-origin"));
});

test("what calls off a question ends it", async () => {
  const control = new AbortController();
  globalThis.fetch = (url, { signal }) => new Promise((_, no) => signal.addEventListener("abort", () => no(new Error("aborted"))));
  const asked = request("/x", { limit: 60000, signal: control.signal });
  control.abort();
  assert.equal(await asked, null);
});

test("the last word is ours, of this build where another may not know, and nothing that passes", () => {
  const table = [
    [200, BUILD, true], [303, BUILD, true], [403, BUILD, true], [404, BUILD, true], [405, BUILD, true], [409, BUILD, true],
    [422, BUILD, true], [401, BUILD, false], [408, BUILD, false], [429, BUILD, false], [500, BUILD, false], [503, BUILD, false], [507, BUILD, false],
    [404, OTHER, false], [405, OTHER, false], [422, OTHER, false], [403, OTHER, true], [409, OTHER, true], [200, OTHER, true],
  ];
  for (const [status, build, final] of table) assert.equal(isFinal(status, build, BUILD), final, `${status} ${build}`);
});

test("Retry-After is seconds, or nothing", () => {
  assert.equal(restOf(null), null);
  assert.equal(restOf(""), null);
  assert.equal(restOf("soon"), null);
  const rest = restOf("0");
  assert.ok(rest >= 0 && rest <= 1000);
});
