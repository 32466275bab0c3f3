// Where the fingers are. Nothing shifts under one.

const STUCK = 10000;
/** Timers may fire this much early; the check must allow for it, or held changes stay held. */
const EARLY = 1;

const down = new Map();
const waiting = new Set();
let last = -Infinity;
let timer = 0;

/** @param {Event} event */
function touched(event) {
  if (!(event instanceof PointerEvent)) return;
  last = performance.now();
  if (event.type === "pointerdown") down.set(event.pointerId, last);
  else down.delete(event.pointerId);
  later();
}

/** A pointer whose release never reached us must not freeze the page. */
export function fingerDown() {
  const now = performance.now();
  for (const [id, since] of down) if (now - since > STUCK) down.delete(id);
  return down.size > 0;
}

/**
 * Whether no finger is down and none was for `ms`.
 * @param {number} ms
 */
export const isStill = (ms) => !fingerDown() && performance.now() - last >= ms - EARLY;

/**
 * Runs `task` once no finger is down and none was for `ms`; counted from now at the earliest if `fresh`.
 * @param {number} ms
 * @param {() => void} task
 * @param {boolean} [fresh]
 */
export function whenStill(ms, task, fresh) {
  const entry = { ms, task, from: fresh ? performance.now() : -Infinity };
  waiting.add(entry);
  later();
  return () => waiting.delete(entry);
}

function later() {
  clearTimeout(timer);
  if (!waiting.size) return;
  const now = performance.now();
  let next = fingerDown() ? 200 : Infinity;
  if (next === Infinity) {
    for (const entry of waiting) next = Math.min(next, Math.max(last, entry.from) + entry.ms - now);
  }
  timer = setTimeout(run, Math.max(0, next));
}

function run() {
  if (!fingerDown()) {
    const now = performance.now();
    for (const entry of Array.from(waiting)) {
      if (now < Math.max(last, entry.from) + entry.ms - EARLY) continue;
      waiting.delete(entry);
      // One that fails keeps nobody else waiting.
      try {
        entry.task();
      } catch (error) {
        console.error(error);
      }
    }
  }
  later();
}

export function start() {
  for (const type of ["pointerdown", "pointerup", "pointercancel"]) {
    document.addEventListener(type, touched, { capture: true, passive: true });
  }
  document.addEventListener("pointermove", (event) => {
    if (event.buttons === 0 && down.has(event.pointerId)) touched(event);
  }, { capture: true, passive: true });
  document.addEventListener("keydown", () => { last = performance.now(); }, { capture: true, passive: true });
}
