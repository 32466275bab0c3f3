import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { parse, format, decide, advance } = await load("cursor.js");
const here = { epoch: "e1", n: 10, tag: "t10" };
const frame = (from, to, more) => ({ epoch: "e1", from, to, tag: "t" + to, html: "", ...more });

test("a cursor is written as it is read", () => {
  for (const text of ["e1.10.t10", "3f-9a.0.0", "a.b.7.-9223372036854775808"]) assert.equal(format(parse(text)), text);
  for (const text of ["", null, "e1", "e1.x.t", "e1.-1.t", ".1.t"]) assert.equal(parse(text), null);
});

test("a frame that begins at or before the cursor and ends after it is applied", () => {
  assert.equal(decide(here, frame(10, 11)), "apply");
  assert.equal(decide(here, frame(3, 12)), "apply");
  assert.deepEqual(advance(here, frame(10, 11)), { epoch: "e1", n: 11, tag: "t11" });
});

test("what is already covered is ignored, also a beat at the cursor", () => {
  assert.equal(decide(here, frame(8, 9)), "ignore");
  assert.equal(decide(here, frame(9, 10)), "ignore");
  assert.equal(decide(here, frame(10, 10)), "ignore");
});

test("a gap, another epoch, another tag at the same number and a page without a cursor ask for the page", () => {
  assert.equal(decide(here, frame(11, 12)), "resync");
  assert.equal(decide(here, frame(11, 11)), "resync");
  assert.equal(decide(here, frame(10, 11, { epoch: "e2" })), "resync");
  assert.equal(decide(here, frame(10, 10, { tag: "other" })), "resync");
  assert.equal(decide(null, frame(10, 11)), "resync");
});

test("frames in any order never leave a hole", () => {
  let seed = 1;
  const random = (below) => (seed = (seed * 16807) % 2147483647) % below;
  for (let round = 0; round < 500; round++) {
    let cursor = { epoch: "e1", n: 0, tag: "t0" };
    for (let i = 0; i < 30; i++) {
      const from = random(20);
      const next = frame(from, from + random(4));
      if (decide(cursor, next) !== "apply") continue;
      assert.ok(next.from <= cursor.n && next.to > cursor.n);
      cursor = advance(cursor, next);
    }
  }
});
