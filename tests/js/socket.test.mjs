import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { tab } from "./load.mjs";
import { BUILD, page, settled } from "./world.mjs";

/** A socket as a test drives it. */
class Wire {
  constructor(url) {
    this.url = url;
    this.readyState = 0;
    this.said = [];
    Wire.last = this;
  }
  close() {
    this.readyState = 3;
    if (Wire.throws) throw new Error("gone");
  }
  send(text) { this.said.push(JSON.parse(text)); }
  open() { this.readyState = 1; this.onopen?.(); }
  hears(object) { this.onmessage?.({ data: typeof object === "string" ? object : JSON.stringify(object) }); }
  greets(more = {}) { this.open(); this.hears({ hello: { build: BUILD, ...more } }); }
}

const frame = { epoch: "e", from: 5, to: 5, tag: "1" };

async function begin({ hidden = false } = {}) {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1761000000000 });
  page();
  document.hidden = hidden;
  globalThis.WebSocket = Wire;
  Wire.throws = false;
  const { openSocket } = await tab()("socket.js");
  const told = [];
  const socket = openSocket("ws://app.example/live", {
    hello: (hello) => told.push(["hello", hello.build]),
    frame: () => told.push(["frame"]),
    close: (code, greeted) => told.push(["close", code, greeted]),
  });
  const said = () => told.splice(0);
  return { socket, said, wire: Wire.last, open: openSocket };
}

const later = (ms) => mock.timers.tick(ms);

/** Whether it is given up after `ms`, and not before. */
function lasts(said, ms, greeted) {
  later(ms - 100);
  assert.deepEqual(said(), [], "not sooner");
  later(200);
  assert.deepEqual(said(), [["close", 1006, greeted]]);
}

test("a socket that is not greeted within five seconds is none, whatever else it says", async () => {
  const { said, wire } = await begin();
  wire.open();
  later(3000);
  wire.hears(frame);
  assert.deepEqual(said(), [["frame"]]);
  lasts(said, 2000, false);
  assert.equal(wire.readyState, 3);
});

test("a greeted socket is heard for two beats and a second, of the server's beat, and for eight while hidden", async () => {
  for (const [hello, hidden, ms] of [[{}, false, 11000], [{ beat: 2000 }, false, 5000], [{}, true, 41000], [{ beat: 2000 }, true, 17000]]) {
    const { said, wire, socket } = await begin({ hidden });
    wire.greets(hello);
    assert.deepEqual(said(), [["hello", BUILD]]);
    assert.equal(socket.greeted(), true);
    later(ms - 100);
    wire.hears(frame);
    assert.deepEqual(said(), [["frame"]]);
    lasts(said, ms, true);
  }
});

test("what is no word of ours ends the socket, and is not delivered", async () => {
  for (const word of ["<html>", { hello: { beat: 5000 } }]) {
    const { said, wire, socket } = await begin();
    wire.open();
    wire.hears(word);
    assert.deepEqual(said(), [["close", 1006, false]]);
    assert.equal(socket.greeted(), false);
    assert.equal(wire.readyState, 3);
  }
});

test("a close is told once, with its code, and nothing comes after it", async () => {
  for (const [code, as] of [[1012, 1012], [4401, 4401], [0, 1006], [undefined, 1006]]) {
    const { said, wire } = await begin();
    wire.greets();
    said();
    const { onclose, onmessage } = wire;
    onclose({ code });
    assert.deepEqual(said(), [["close", as, true]]);
    onclose({ code: 1006 });
    later(120000);
    assert.deepEqual([wire.onmessage, wire.onopen, wire.onclose, wire.onerror], [null, null, null, null]);
    assert.equal(typeof onmessage, "function");
    assert.deepEqual(said(), []);
  }
});

test("a socket that its page ends says nothing any more, and may be gone already", async () => {
  const { said, wire, socket } = await begin();
  wire.greets();
  said();
  Wire.throws = true;
  socket.end();
  later(120000);
  assert.equal(wire.readyState, 3);
  assert.deepEqual(said(), []);
});

test("where no socket can be made it is a close like any other, after the page has it", async () => {
  const { open } = await begin();
  globalThis.WebSocket = class { constructor() { throw new Error("no"); } };
  const told = [];
  const socket = open("ws://app.example/live", { hello() {}, frame() {}, close: (code, greeted) => told.push([code, greeted]) });
  assert.deepEqual(told, []);
  socket.visible(true);
  later(1);
  await settled();
  assert.deepEqual(told, [[1006, false]]);
  later(60000);
  assert.equal(told.length, 1);
});

test("the server is told who looks: at the opening where nobody does, and at each change", async () => {
  const shown = await begin();
  shown.wire.greets();
  assert.deepEqual(shown.wire.said, []);
  const { wire, socket } = await begin({ hidden: true });
  socket.visible(false);
  assert.deepEqual(wire.said, [], "it is not open yet");
  wire.greets();
  assert.deepEqual(wire.said, [{ visible: false }]);
  document.hidden = false;
  socket.visible(true);
  assert.deepEqual(wire.said.slice(1), [{ visible: true }]);
});

test("a page that is shown expects a word within a beat and a second, one that is hidden within eight", async () => {
  const { said, wire, socket } = await begin();
  wire.greets();
  said();
  document.hidden = true;
  assert.equal(socket.visible(false), 0);
  later(30000);
  wire.hears(frame);
  later(40000);
  assert.deepEqual(said(), [["frame"]]);
  document.hidden = false;
  assert.equal(socket.visible(true), 40000, "since the last word");
  lasts(said, 6000, true);
});

test("a page that slept longer than a hidden one is heard gives its socket up at once", async () => {
  const { said, wire, socket } = await begin();
  wire.greets();
  said();
  // A device that sleeps runs no timers.
  const asleep = Date.now;
  Date.now = () => asleep() + 41001;
  assert.equal(socket.visible(true), 41001);
  Date.now = asleep;
  assert.deepEqual(said(), [["close", 1006, true]]);
  assert.deepEqual(wire.said, []);
});

test("a sleep that a hidden page may take is no reason to give up", async () => {
  for (const [shown, ms] of [[true, 41000], [false, 90000]]) {
    const { said, wire, socket } = await begin();
    wire.greets();
    said();
    const asleep = Date.now;
    Date.now = () => asleep() + ms;
    socket.visible(shown);
    Date.now = asleep;
    assert.deepEqual(said(), []);
    assert.deepEqual(wire.said, [{ visible: shown }]);
  }
});

test("a doubt, or being shown, shortens no wait for the greeting and lengthens none", async () => {
  for (const doubts of [(socket) => socket.doubt(), (socket) => socket.visible(true)]) {
    const { said, wire, socket } = await begin();
    wire.open();
    later(3000);
    doubts(socket);
    lasts(said, 2000, false);
  }
});

test("a greeted socket that is doubted has a beat and a second", async () => {
  const { said, wire, socket } = await begin();
  wire.greets({ beat: 2000 });
  said();
  socket.doubt();
  lasts(said, 3000, true);
});
