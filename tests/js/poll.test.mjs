import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { tab } from "./load.mjs";
import { answer, network, page, settled } from "./world.mjs";

const empty = { frames: [{ epoch: "e", from: 5, to: 5, tag: "1" }] };
const full = { frames: [{ epoch: "e", from: 5, to: 6, tag: "1" }] };

async function begin(answers) {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1761000000000 });
  mock.method(Math, "random", () => 0.5);
  page({ "data-person": "joao", "data-screen": "order:7", "data-cursor": "e.5.1" });
  const asked = network(answers);
  return { asked, ...await tab()("poll.js") };
}

async function later(ms) {
  mock.timers.tick(ms);
  await settled();
}

/** Answers that come when a test gives them. */
function held() {
  const waiting = [];
  return { waiting, say: () => new Promise((done) => waiting.push(done)) };
}

test("a question names screen and cursor, and how long the server may wait", async () => {
  const { ask, asked } = await begin(() => answer(200, empty));
  assert.deepEqual(await ask(10), { kind: "ok", body: empty });
  await ask(0);
  assert.deepEqual(asked.map(({ url }) => url), ["/feed?screen=order%3A7&cursor=e.5.1&wait=10", "/feed?screen=order%3A7&cursor=e.5.1"]);
});

test("an answer is waited for six seconds longer than the server waits, and no longer", async () => {
  for (const [wait, limit] of [[0, 6000], [10, 16000]]) {
    const { ask } = await begin((url, { signal }) => new Promise((done, fail) => signal.addEventListener("abort", () => fail(new Error("over")))));
    let got = null;
    ask(wait).then((said) => { got = said; });
    await later(limit - 100);
    assert.equal(got, null, "its answer may still come");
    await later(200);
    assert.deepEqual(got, { kind: "gone" });
  }
});

test("whatever the answer is, it is one of five words", async () => {
  for (const [status, body, said] of [
    [401, {}, { kind: "signin" }],
    [403, { title: "Acesso encerrado" }, { kind: "forbidden", sentence: "Acesso encerrado" }],
    [403, "<html>", { kind: "forbidden", sentence: "" }],
    [200, "<html>", { kind: "busy", rest: null }],
    [500, {}, { kind: "busy", rest: null }],
  ]) {
    const { ask } = await begin(() => answer(status, body));
    assert.deepEqual(await ask(0), said);
  }
  const { ask } = await begin(() => answer(503, {}, { headers: { "Retry-After": "20" } }));
  assert.deepEqual(await ask(0), { kind: "busy", rest: 20500 });
});

test("a page asks again at once after news, and after the server waited", async () => {
  const { waiting, say } = held();
  const { poll, asked, isPolling } = await begin(say);
  const took = [];
  poll((said) => took.push(said.body));
  assert.equal(isPolling(), true);
  await settled();
  waiting[0](answer(200, full));
  await settled();
  assert.equal(asked.length, 2, "there may be more");
  await later(1000);
  waiting[1](answer(200, empty));
  await settled();
  assert.equal(asked.length, 3, "it waited as it was asked to");
  assert.deepEqual(took, [full, empty]);
});

test("a server that answers waiting questions at once is asked about once a second", async () => {
  for (const quiet of [empty, { frames: [] }, {}]) {
    const { poll, asked } = await begin(() => answer(200, quiet));
    poll(() => true);
    await settled();
    await later(900);
    assert.equal(asked.length, 1);
    await later(200);
    assert.equal(asked.length, 2);
    for (let tenth = 0; tenth < 100; tenth++) await later(100);
    assert.ok(asked.length >= 11 && asked.length <= 13, `${asked.length} in eleven seconds`);
  }
});

test("one page asks one question at a time", async () => {
  const { waiting, say } = held();
  const { poll, asked } = await begin(say);
  poll(() => true);
  poll(() => true);
  await settled();
  assert.equal(asked.length, 1);
  waiting[0](answer(200, full));
  await settled();
  assert.equal(asked.length, 2);
});

test("asking ends with the answer that ends it, and may begin anew", async () => {
  const { poll, asked, isPolling } = await begin(() => answer(401));
  const took = [];
  const end = (said) => { took.push(said.kind); return false; };
  poll(end);
  await settled();
  await later(60000);
  assert.deepEqual([took, asked.length, isPolling()], [["signin"], 1, false]);
  poll(end);
  await settled();
  assert.equal(asked.length, 2);
});

test("what comes after it was stopped is not taken, and disturbs nobody who began since", async () => {
  const { waiting, say } = held();
  const { poll, stopPolling, asked, isPolling } = await begin(say);
  const took = [];
  poll(() => took.push("first"));
  await settled();
  stopPolling();
  assert.equal(isPolling(), false);
  assert.equal(asked[0].signal.aborted, true, "nobody waits for the answer");
  poll(() => took.push("second"));
  await settled();
  waiting[0](answer(200, full));
  await settled();
  assert.deepEqual(took, []);
  assert.equal(isPolling(), true);
  waiting[1](answer(200, full));
  await settled();
  assert.deepEqual([took, asked.length], [["second"], 3]);
  stopPolling();
  stopPolling();
  waiting[2](answer(200, full));
  await settled();
  assert.deepEqual([took, isPolling()], [["second"], false]);
});

test("a page that stopped while it rested asks no more", async () => {
  const { poll, stopPolling, asked } = await begin(() => answer(200, empty));
  poll(() => true);
  await settled();
  stopPolling();
  await later(60000);
  assert.equal(asked.length, 1);
});
