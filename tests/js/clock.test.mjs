import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { tab } from "./load.mjs";
import { page } from "./world.mjs";

/** A page that runs; how often it was told that the clock jumped. */
async function begin(attributes) {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setInterval", "Date"], now: 1761000000000 });
  page(attributes);
  let running = 0;
  globalThis.performance = { now: () => running, getEntriesByType: () => [] };
  const clock = await tab()("clock.js");
  let told = 0;
  clock.onJump(() => { told += 1; });
  clock.start();
  const runs = (seconds) => { for (let i = 0; i < seconds; i++) { running += 1000; mock.timers.tick(1000); } };
  const set = (ms) => mock.timers.setTime(Date.now() + ms);
  return { runs, set, told: () => told };
}

test("a clock that is set while the page is open is noticed once, and one that only drifts is not", async () => {
  for (const by of [3600 * 1000, 61000]) {
    const { runs, set, told } = await begin({ "data-screen": "board-wall" });
    runs(60);
    for (let i = 0; i < 5; i++) { set(30000); runs(10); }
    assert.equal(told(), 0);
    set(by);
    runs(60);
    assert.equal(told(), 1);
  }
  const { runs, set, told } = await begin({});
  set(3600 * 1000);
  runs(60);
  assert.equal(told(), 0, "a page that is not live cannot be fetched again");
});
