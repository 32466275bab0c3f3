import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { tab } from "./load.mjs";
import { answer, network, page, settled, storage } from "./world.mjs";

const JOAO = "joao";
const HOUR = 3600 * 1000;
const made = (line, person = JOAO) => ({ url: `/orders/7/items/${line}/pick`, body: "quantity=1", target: `item-${line}`,
  person, name: person, what: `Separar ${line}`, page: "/orders/7" });

/** A fresh page with its queue; what the queue tells is in `told`. */
async function begin() {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1761000000000 });
  page({ "data-person": JOAO, "data-screen": "order:7", "data-cursor": "e.5.1" });
  return open();
}

async function open() {
  const queue = await tab()("queue.js");
  const told = [];
  queue.onQueue({
    answered: (tap, reply) => told.push(["answered", tap.op, reply.status]),
    waiting: (tap, why) => told.push(["waiting", tap.op, why]),
    ended: (tap, why) => told.push(["ended", tap.op, why]),
    signIn: () => told.push(["signIn"]),
  });
  return { queue, told, said: () => told.map(([what, , why]) => why === undefined ? what : `${what} ${why}`) };
}

const kept = () => Array.from({ length: localStorage.length }, (_, i) => localStorage.key(i)).filter((key) => key.includes(".tap."))
  .filter((key) => !key.includes(".lock.")).map((key) => JSON.parse(localStorage.getItem(key)));

async function later(ms) {
  mock.timers.tick(ms);
  await settled();
}

test("a tap is stored until it is answered, and sent with its id for its author", async () => {
  const { queue, said } = await begin();
  const asked = network(() => { assert.equal(kept().length, 1); return answer(200, { n: 6 }); });
  const tap = queue.add(made(1));
  await settled();
  assert.equal(asked[0].headers["X-Operation-Id"], tap.op);
  assert.equal(asked[0].headers["X-Person"], JOAO);
  assert.equal(asked[0].headers["X-Tapped-At"], "1761000000000");
  assert.equal(asked[0].headers["X-Cursor"], "e.5.1");
  assert.deepEqual(said(), ["answered 200"]);
  assert.equal(kept().length, 0);
  assert.equal(queue.waitingTaps().length > 0, false);
});

test("what a gateway answers keeps the tap, and the same id goes again", async () => {
  const { queue, told, said } = await begin();
  const asked = network((url, options, n) => n < 4 ? answer([404, 200, 403][n - 1], { a: 1 }, { build: null }) : answer(200));
  queue.add(made(1));
  for (let i = 0; i < 4; i++) { await settled(); assert.ok(kept().length || i === 3); await later(30000); }
  assert.deepEqual(said(), ["waiting network", "waiting network", "waiting network", "answered 200"]);
  assert.equal(new Set(asked.map((one) => one.headers["X-Operation-Id"])).size, 1);
  assert.equal(told.length, 4);
});

test("a 404, 405 or 422 of another build is not the last word, one of the page's is", async () => {
  const { queue, said } = await begin();
  network((url, options, n) => answer(404, { title: "x" }, n < 3 ? { build: "1761000009-bbbbbbbbbb" } : {}));
  queue.add(made(1));
  await settled();
  await later(30000);
  assert.equal(kept().length, 1);
  await later(30000);
  assert.deepEqual(said(), ["waiting busy", "waiting busy", "answered 404"]);
});

test("a refusal stays stored until somebody has read it", async () => {
  const { queue, told } = await begin();
  network(() => answer(409, { title: "João separou" }));
  const tap = queue.add(made(1));
  await settled();
  assert.deepEqual(told, [["answered", tap.op, 409]]);
  assert.equal(kept().length, 1);
  queue.giveUp(tap.op);
  assert.equal(kept().length, 0);
});

test("errors of the program never delete a tap: after five it is told, and goes on", async () => {
  for (const status of [500, 507, 501]) {
    const { queue, said } = await begin();
    network((url, options, n) => n < 8 ? answer(status) : answer(200));
    queue.add(made(1));
    for (let i = 0; i < 7; i++) { await settled(); assert.equal(kept().length, 1); await later(30000); }
    assert.deepEqual(said(), [...Array(4).fill("waiting busy"), ...Array(3).fill("waiting broken"), "answered 200"], String(status));
  }
});

test("Retry-After and a replica that goes away are no errors of the program", async () => {
  const { queue, said } = await begin();
  network((url, options, n) => n < 9 ? answer(n % 2 ? 503 : 502, {}, { headers: n % 2 ? { "retry-after": "1" } : {} }) : answer(200));
  queue.add(made(1));
  for (let i = 0; i < 9; i++) { await settled(); await later(30000); }
  assert.deepEqual(said(), [...Array(8).fill("waiting busy"), "answered 200"]);
});

test("401 and step-up ask for the PIN, hold everything, and go on after it", async () => {
  for (const [status, body] of [[401, {}], [403, { type: "step-up" }]]) {
    const { queue, said } = await begin();
    const asked = network((url, options, n) => n === 1 ? answer(status, body) : answer(200));
    queue.add(made(1));
    await settled();
    queue.add(made(2));
    await later(60000);
    assert.equal(asked.length, 1);
    queue.resume();
    await settled();
    assert.equal(asked.length, 3);
    assert.deepEqual(said().slice(0, 2), ["waiting signin", "signIn"]);
    assert.equal(kept().length, 0);
  }
});

test("taps on the same thing go one after the other, on others beside them, four at most", async () => {
  const { queue } = await begin();
  const waiting = [];
  const asked = network(() => new Promise((done) => waiting.push(done)));
  for (const line of [1, 1, 2, 3, 4, 5]) queue.add(made(line));
  await settled();
  assert.deepEqual(asked.map((one) => one.url.split("/")[4]), ["1", "2", "3", "4"]);
  waiting[0](answer(200));
  await settled();
  assert.deepEqual(asked.map((one) => one.url.split("/")[4]).slice(4), ["1"]);
});

test("nothing older than twelve hours is sent: judged before each send", async () => {
  const { queue, said } = await begin();
  const asked = network(() => null);
  queue.add(made(1));
  await settled();
  const before = asked.length;
  mock.timers.setTime(Date.now() + 12 * HOUR + 60000);
  queue.flush();
  await settled();
  assert.equal(asked.length, before);
  assert.equal(said().at(-1), "ended expired");
});

test("a tap from a future of hours is as doubtful as one of the past", async () => {
  const { isExpired } = await tab()("taps.js");
  assert.equal(isExpired({ at: 13 * HOUR }, 0), true);
  assert.equal(isExpired({ at: 11 * HOUR }, 0), false);
  assert.equal(isExpired({ at: 0 }, 11 * HOUR), false);
  assert.equal(isExpired({ at: 0 }, 13 * HOUR), true);
});

test("a copy whose stored original is gone, or has ended, is not sent", async () => {
  for (const how of ["gone", "ended"]) {
    const { queue, said } = await begin();
    const asked = network((url, options, n) => n === 1 ? null : answer(200));
    const tap = queue.add(made(1));
    await settled();
    const key = "separacao.tap." + tap.op;
    if (how === "gone") localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify({ ...JSON.parse(localStorage.getItem(key)), ended: { why: "refused" } }));
    queue.flush();
    await settled();
    assert.equal(asked.length, 1);
    assert.equal(said().at(-1), "ended gone");
  }
});

test("a full storage takes nothing away: the tap is sent, and not said to be kept", async () => {
  const { queue, said } = await begin();
  globalThis.localStorage = storage(0);
  network(() => answer(200));
  const tap = queue.add(made(1));
  assert.equal(tap.stored, false);
  assert.equal(queue.isSending(), true);
  await settled();
  assert.deepEqual(said(), ["answered 200"]);
});

test("no more than five hundred are kept", async () => {
  const { queue } = await begin();
  network(() => new Promise(() => {}));
  for (let i = 0; i < 510; i++) queue.add(made(i));
  assert.equal(kept().length, 500);
});

test("of two tabs one sends, with locks and with leases", async () => {
  for (const withLocks of [false, true]) {
    const first = await begin();
    const taken = new Set();
    const locks = {
      async request(name, options, task) {
        if (taken.has(name)) return task(null);
        taken.add(name);
        try { return await task({}); } finally { taken.delete(name); }
      },
    };
    Object.defineProperty(globalThis, "navigator", { value: withLocks ? { locks } : {}, configurable: true });
    let gone = true;
    const asked = network(() => gone ? null : answer(200));
    first.queue.add(made(1));
    await settled();
    mock.timers.setTime(Date.now() + 60000);
    globalThis.sessionStorage = storage();
    const second = await open();
    second.queue.adopt(JOAO);
    await settled();
    gone = false;
    const before = asked.length;
    first.queue.flush();
    second.queue.flush();
    await settled();
    for (let i = 0; i < 4; i++) await later(30000);
    assert.equal(asked.length - before, 1, `locks: ${withLocks}`);
    assert.equal(first.queue.waitingTaps().length > 0 || second.queue.waitingTaps().length > 0, false);
  }
});

test("a person takes up what is theirs; what others left stays, and is theirs to hand over", async () => {
  const { queue } = await begin();
  network(() => null);
  queue.add(made(1, "maria"));
  queue.add(made(2, "maria"));
  await settled();
  mock.timers.setTime(Date.now() + 60000);
  globalThis.sessionStorage = storage();
  const { queue: his, told } = await open();
  const asked = network(() => answer(200));
  his.adopt(JOAO);
  await settled();
  assert.equal(asked.length, 0);
  assert.equal(his.tapsOfOthers(JOAO).length, 2);
  const [one] = his.tapsOfOthers(JOAO);
  his.takeOver(one.op, JOAO, "João");
  await settled();
  assert.equal(asked.length, 1);
  assert.notEqual(asked[0].headers["X-Operation-Id"], one.op);
  assert.equal(asked[0].headers["X-Person"], JOAO);
  assert.equal(told.at(-1)[2], 200);
  assert.equal(his.tapsOfOthers(JOAO).length, 1);
  his.adopt("maria");
  await settled();
  assert.equal(kept().length, 0);
});

test("what is too old is not taken over, and what nobody read goes after a week", async () => {
  const { queue } = await begin();
  network(() => null);
  queue.add(made(1, "maria"));
  await settled();
  mock.timers.setTime(Date.now() + 13 * HOUR);
  const { queue: his } = await open();
  his.takeOver(kept()[0].op, JOAO, "João");
  assert.equal(kept()[0].person, "maria");
  mock.timers.setTime(Date.now() + 8 * 24 * HOUR);
  his.adopt(JOAO);
  assert.equal(kept().length, 0);
});

test("what another tab of the same person has just made is left to that tab", async () => {
  const { queue } = await begin();
  network(() => null);
  queue.add(made(1));
  await settled();
  sessionStorage.removeItem("separacao.tab");
  const other = await open();
  other.queue.adopt(JOAO);
  assert.equal(other.queue.waitingTaps().length > 0, false, "fresh: it is being sent over there");
  mock.timers.tick(20001);
  other.queue.adopt(JOAO);
  assert.equal(other.queue.waitingTaps().length > 0, true, "that tab is gone by now");
});

test("what lay here for more than twelve hours is told when its author is back, and not sent", async () => {
  const { queue } = await begin();
  network(() => null);
  queue.add(made(1));
  await settled();
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1761000000000 + 12 * HOUR + 1 });
  const asked = network(() => answer(200));
  const other = await open();
  other.queue.adopt(JOAO);
  await settled();
  assert.deepEqual(other.said(), ["ended expired"]);
  assert.equal(asked.length, 0);
});

test("where nothing more can be stored, what another person left stays theirs", async () => {
  const { queue } = await begin();
  network(() => null);
  queue.add(made(1, "maria"));
  await settled();
  const full = localStorage.setItem;
  localStorage.setItem = () => { throw new Error("full"); };
  const [theirs] = queue.tapsOfOthers(JOAO);
  queue.takeOver(theirs.op, JOAO, "João");
  localStorage.setItem = full;
  assert.deepEqual(queue.tapsOfOthers(JOAO).map((tap) => tap.op), [theirs.op]);
});
