import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { tab } from "./load.mjs";
import { answer, network, page, settled } from "./world.mjs";

const JOAO = "joao";
const made = (line) => ({ url: `/orders/7/items/${line}/pick`, body: "quantity=1", target: `item-${line}`,
  person: JOAO, name: JOAO, what: `Separar ${line}`, page: "/orders/7" });

async function begin(random = 0.5) {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1761000000000 });
  mock.method(Math, "random", () => random);
  page({ "data-person": JOAO, "data-screen": "order:7", "data-cursor": "e.5.1" });
  return open();
}

/** Another load of the page, with what its queue tells. */
async function open() {
  const queue = await tab()("queue.js");
  const told = [];
  queue.onQueue({
    answered: (tap, reply) => told.push(`answered ${reply.status}`),
    waiting: (tap, why) => told.push(`waiting ${why}`),
    ended: (tap, why) => told.push(`ended ${why}`),
    signIn: () => told.push("signIn"),
  });
  return { queue, told };
}

async function later(ms) {
  mock.timers.tick(ms);
  await settled();
}

/** Changes the stored record of a tap, as another tab does. */
function change(op, changes) {
  const keys = Array.from({ length: localStorage.length }, (_, i) => localStorage.key(i));
  const key = keys.find((key) => key.includes(op) && !key.includes(".lock."));
  localStorage.setItem(key, JSON.stringify({ ...JSON.parse(localStorage.getItem(key)), ...changes }));
}

test("a tap that is made while a PIN is asked for is told as waiting for it, and goes with the others", async () => {
  const { queue, told } = await begin();
  const asked = network((url, options, n) => n === 1 ? answer(401) : answer(200, { n: 6 }));
  queue.add(made(1));
  await settled();
  queue.add(made(2));
  await later(1);
  assert.deepEqual(told, ["waiting signin", "signIn", "signIn", "waiting signin"]);
  assert.equal(asked.length, 1);
  queue.resume();
  await settled();
  assert.equal(asked.length, 3);
});

test("a tap that another tab was sending is taken up when that tab is gone", async () => {
  const { queue } = await begin();
  const asked = network(() => new Promise(() => {}));
  queue.add(made(1));
  await settled();
  assert.equal(asked.length, 1);
  // A tab is known by a number of chance.
  mock.method(Math, "random", () => 0.25);
  const other = await open();
  other.queue.adopt(JOAO);
  await settled();
  assert.equal(asked.length, 1, "the first is at it");
  for (let second = 0; second < 20; second++) await later(1000);
  assert.ok(asked.length >= 2, "the lease of the first is over");
});

test("what somebody gave up is answered no more", async () => {
  const { queue, told } = await begin();
  let reply;
  network(() => new Promise((done) => { reply = done; }));
  const { op } = queue.add(made(1));
  await settled();
  queue.giveUp(op);
  reply(answer(200, { n: 6 }));
  await settled();
  assert.deepEqual(told, ["ended gone"]);
});

test("who is busy or a gateway is not broken, however often it says so", async () => {
  for (const say of [() => answer(503, {}, { headers: { "Retry-After": "1" } }), () => answer(502), () => answer(504)]) {
    const { queue, told } = await begin();
    network(say);
    queue.add(made(1));
    for (let round = 0; round < 8; round++) { await settled(); await later(31000); }
    assert.ok(told.length >= 8, String(told));
    assert.deepEqual(new Set(told), new Set(["waiting busy"]));
  }
  const { queue, told } = await begin();
  network(() => answer(500));
  queue.add(made(1));
  for (let round = 0; round < 8; round++) { await settled(); await later(31000); }
  assert.equal(told.at(-1), "waiting broken");
});

test("a server says when to come back, and nobody comes back in the same moment", async () => {
  const { queue } = await begin();
  const asked = network(() => answer(429, {}, { headers: { "Retry-After": "20" } }));
  queue.add(made(1));
  await settled();
  await later(20000);
  assert.equal(asked.length, 1);
  await later(1000);
  assert.equal(asked.length, 2);
  const first = await begin(0);
  const again = network(() => null);
  first.queue.add(made(1));
  await settled();
  await later(250);
  assert.equal(again.length, 1);
  await later(100);
  assert.equal(again.length, 2);
});

test("what was ended is neither sent after a reload nor taken over, and nobody takes over what is his own", async () => {
  const { queue } = await begin();
  const asked = network(() => null);
  const { op } = queue.add(made(1));
  await settled();
  const tries = asked.length;
  change(op, { ended: { why: "refused" }, at: Date.now() - 60000 });
  const { queue: next, told } = await open();
  next.adopt(JOAO);
  await settled();
  assert.deepEqual([told, next.waitingTaps().length > 0], [[], false]);
  next.takeOver(op, "maria", "Maria");
  await settled();
  assert.equal(next.waitingTaps().length > 0, false, "it was ended");
  change(op, { ended: undefined });
  next.takeOver(op, JOAO, "João");
  await settled();
  assert.equal(next.waitingTaps().length > 0, false, "it is João's own");
  next.takeOver(op, "maria", "Maria");
  await settled();
  assert.equal(next.waitingTaps().length > 0, true);
  assert.equal(asked.length, tries + 1);
  assert.notEqual(asked.at(-1).headers["X-Operation-Id"], op);
});

test("where a browser makes no ids a tap has one of the same form, and no two have one", async () => {
  const { queue } = await begin();
  mock.restoreAll();
  const own = crypto.randomUUID;
  crypto.randomUUID = undefined;
  const ids = Array.from({ length: 200 }, () => queue.newId());
  crypto.randomUUID = own;
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(new Set(ids).size, 200);
});

test("a page is left in peace while a tap that waits lives nowhere else, and not for one that is kept", async () => {
  for (const keeps of [true, false]) {
    const { queue } = await begin();
    network(() => null);
    if (!keeps) localStorage.setItem = () => { throw new Error("full"); };
    queue.add(made(1));
    await settled();
    assert.equal(queue.waitingTaps().length > 0, true, "it waits for the network");
    assert.equal(queue.isSending(), !keeps);
  }
});

test("an answer is waited for ten seconds, and then the tap goes again", async () => {
  const { queue, told } = await begin();
  const asked = network((url, { signal }) => new Promise((done, fail) => signal.addEventListener("abort", () => fail(new Error("over")))));
  queue.add(made(1));
  await settled();
  await later(9900);
  assert.deepEqual(told, []);
  await later(200);
  assert.deepEqual(told, ["waiting network"]);
  await later(2000);
  assert.equal(asked.length, 2);
});

test("what the server asked to wait for is not hurried, what the network kept is", async () => {
  const { queue } = await begin();
  const asked = network((url, options, n) => n > 2 ? answer(200) : url.includes("/1/") ? answer(429, {}, { headers: { "retry-after": "20" } }) : null);
  queue.add(made(1));
  queue.add(made(2));
  await settled();
  queue.flush();
  await settled();
  assert.deepEqual(asked.map(({ url }) => url.split("/")[4]), ["1", "2", "2"]);
  await later(19000);
  queue.flush();
  await settled();
  assert.equal(asked.length, 3);
  await later(2000);
  assert.equal(asked.length, 4);
  assert.equal(localStorage.length, 0);
});

test("a page that takes up what waits takes away the leases that ended", async () => {
  const { queue } = await begin();
  localStorage.setItem("separacao.lock.tap.1", "0.5|" + (Date.now() - 1));
  queue.adopt(JOAO);
  assert.equal(localStorage.getItem("separacao.lock.tap.1"), null);
});

test("whoever wants sent what waits for a PIN is asked for it once more", async () => {
  const { queue, told } = await begin();
  network(() => answer(401));
  queue.add(made(1));
  await settled();
  queue.flush();
  assert.deepEqual(told, ["waiting signin", "signIn"]);
  queue.hurry();
  assert.deepEqual(told.slice(2), ["signIn"]);
});
