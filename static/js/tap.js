// A second tap at the same spot, or a drag, never does anything.

const SOON = 400;
const SPOT = 24;
const DRAG = 10;

let press = null;
let last = null;

const far = (a, b, distance) => Math.abs(a.x - b.x) > distance || Math.abs(a.y - b.y) > distance;

/** Keys that are meant to be hit fast: the stepper and the keypad. */
const isRapid = (el) => Boolean(el.closest && el.closest("[data-stepper], [data-keypad]"));

function clicked(event) {
  // A click without a pointer (keyboard, script) has no spot.
  if (event.detail === 0) return;
  const here = { x: event.clientX, y: event.clientY, at: performance.now(), rapid: isRapid(event.target) };
  const dragged = press !== null && far(press, here, DRAG) && event.target.closest("form[data-command], [data-sort]");
  const again = last !== null && !last.rapid && here.at - last.at < SOON && !far(last, here, SPOT);
  if (!again) last = here;
  if (!dragged && !again) return;
  if (again && event.target.closest("input, textarea, select")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

export function start() {
  document.addEventListener("pointerdown", (event) => {
    press = { x: event.clientX, y: event.clientY };
  }, { capture: true, passive: true });
  document.addEventListener("click", clicked, true);
}
