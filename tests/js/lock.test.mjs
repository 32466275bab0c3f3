import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { tab } from "./load.mjs";
import { page, settled, storage } from "./world.mjs";

const LEASE = 15000;

/** The locks of a browser; `held` are the names that some tab has. */
function browserLocks() {
  const held = new Set();
  const asked = [];
  return {
    held,
    asked,
    async request(name, { ifAvailable }, task) {
      asked.push(name);
      if (held.has(name)) return ifAvailable ? task(null) : new Promise(() => {});
      held.add(name);
      try { return await task({ name }); } finally { held.delete(name); }
    },
  };
}

/** Two tabs of one browser, with its own locks or with leases only. */
async function begin(locks) {
  mock.timers.reset();
  mock.timers.enable({ apis: ["Date"], now: 1761000000000 });
  page();
  globalThis.localStorage = storage();
  Object.defineProperty(globalThis, "navigator", { value: locks ? { locks } : {}, configurable: true });
  const tabs = [await tab()("lock.js"), await tab()("lock.js")];
  return tabs.map(({ withLock }) => withLock);
}

/** A task that goes on until it is told to end. */
function work() {
  const task = { runs: 0 };
  task.run = () => {
    task.runs += 1;
    return new Promise((done, fail) => Object.assign(task, { done, fail }));
  };
  return task;
}

for (const kind of ["the browser's locks", "leases"]) {
  const locks = () => kind === "leases" ? null : browserLocks();

  test(`with ${kind} one tab works at a time, and the other is told at once`, async () => {
    const [here, there] = await begin(locks());
    const [first, second] = [work(), work()];
    const mine = here("tap.1", LEASE, first.run);
    await settled();
    assert.equal(await there("tap.1", LEASE, second.run), false);
    assert.equal(await here("tap.1", LEASE, second.run), false, "nor twice in one tab");
    assert.deepEqual([first.runs, second.runs], [1, 0]);
    first.done();
    assert.equal(await mine, true);
    const theirs = there("tap.1", LEASE, second.run);
    await settled();
    assert.equal(second.runs, 1, "what is done is given back");
    second.done();
    assert.equal(await theirs, true);
  });

  test(`with ${kind} what has another name waits for nothing`, async () => {
    const [here, there] = await begin(locks());
    const [first, second] = [work(), work()];
    here("tap.1", LEASE, first.run);
    there("tap.2", LEASE, second.run);
    await settled();
    assert.deepEqual([first.runs, second.runs], [1, 1]);
  });

  test(`with ${kind} a task that fails gives back what it had`, async () => {
    const [here, there] = await begin(locks());
    const [first, second] = [work(), work()];
    const mine = here("tap.1", LEASE, first.run);
    await settled();
    first.fail(new Error("no"));
    await assert.rejects(mine, /no/);
    there("tap.1", LEASE, second.run);
    await settled();
    assert.equal(second.runs, 1);
  });
}

test("where a browser has locks nothing is stored for them", async () => {
  const locks = browserLocks();
  const [here] = await begin(locks);
  here("tap.1", LEASE, work().run);
  await settled();
  assert.equal(localStorage.length, 0);
  assert.deepEqual(Array.from(locks.held), ["separacao.lock.tap.1"]);
});

test("a browser that refuses its locks is one without", async () => {
  const [here, there] = await begin({ request: async () => { throw new Error("SecurityError"); } });
  const [first, second] = [work(), work()];
  const mine = here("tap.1", LEASE, first.run);
  await settled();
  assert.equal(await there("tap.1", LEASE, second.run), false);
  first.done();
  assert.equal(await mine, true);
  assert.deepEqual([first.runs, second.runs], [1, 0]);
});

test("a lease that ran out is taken, and whoever had it takes nothing away when it ends", async () => {
  const [here, there] = await begin(null);
  const [slow, second, third] = [work(), work(), work()];
  const mine = here("tap.1", LEASE, slow.run);
  mock.timers.setTime(Date.now() + LEASE - 1);
  assert.equal(await there("tap.1", LEASE, second.run), false, "a moment before its end it holds");
  mock.timers.setTime(Date.now() + 1);
  there("tap.1", LEASE, second.run);
  await settled();
  assert.equal(second.runs, 1);
  slow.done();
  await mine;
  assert.equal(await here("tap.1", LEASE, third.run), false, "the second has it");
  second.done();
  await settled();
  assert.equal(localStorage.length, 0);
});

test("a lease from another clock holds nobody up", async () => {
  for (const left of [LEASE + 1, 24 * 3600 * 1000, -1]) {
    const [here] = await begin(null);
    localStorage.setItem("separacao.lock.tap.1", `somebody|${Date.now() + left}`);
    const task = work();
    here("tap.1", LEASE, task.run);
    await settled();
    assert.equal(task.runs, 1, `${left} ms from now`);
  }
});

test("of two tabs that write in one instant the last has it, and the first steps back", async () => {
  const [here] = await begin(null);
  const { setItem } = localStorage;
  localStorage.setItem = (key, value) => { setItem(key, value); setItem(key, `another|${Date.now() + LEASE}`); };
  const task = work();
  assert.equal(await here("tap.1", LEASE, task.run), false);
  assert.equal(task.runs, 0);
});

test("where nothing can be stored a tab works alone", async () => {
  const [here] = await begin(null);
  localStorage.setItem = () => { throw new Error("full"); };
  const task = work();
  const mine = here("tap.1", LEASE, task.run);
  await settled();
  assert.equal(task.runs, 1);
  task.done();
  assert.equal(await mine, true);
});

test("what a tab left that ended in the middle of a task goes, and what holds stays", async () => {
  await begin(null);
  const load = tab();
  const { withLock, pruneLeases } = await load("lock.js");
  const [left, held] = [work(), work()];
  withLock("tap.1", LEASE, left.run);
  localStorage.setItem("separacao.lock.tap.2", "0.5|" + (Date.now() + 3600 * 1000));
  localStorage.setItem("separacao.tap.1", "not a lease");
  mock.timers.setTime(Date.now() + LEASE);
  withLock("tap.3", LEASE, held.run);
  pruneLeases(LEASE);
  assert.deepEqual(Object.keys(localStorage), ["separacao.tap.1", "separacao.lock.tap.3"]);
});
