// [data-stepper="STEP"]: two buttons with data-step="-1" and "1" around a number field with min and max.

const THOUSAND = 1000;

const read = (text) => Math.round(Number(String(text || "").replace(",", ".")) * THOUSAND);

/**
 * The value after one press, all as text with a decimal point. It stays on the grid of the step, except at the
 * limits, which may lie beside it.
 */
export function stepped(value, step, direction, min, max) {
  const by = Math.max(1, read(step));
  const low = min === "" || min === null || min === undefined ? -Infinity : read(min);
  const high = max === "" || max === null || max === undefined ? Infinity : read(max);
  const from = read(value) || 0;
  const grid = direction > 0 ? Math.floor(from / by) : Math.ceil(from / by);
  const next = Math.min(high, Math.max(low, (grid + direction) * by));
  return String(next / THOUSAND);
}

function pressed(event) {
  const button = event.target.closest && event.target.closest("[data-stepper] button[data-step]");
  if (!button) return;
  const box = button.closest("[data-stepper]");
  const field = box.querySelector("input");
  event.preventDefault();
  field.value = stepped(field.value, box.dataset.stepper, Number(button.dataset.step),
    field.getAttribute("min"), field.getAttribute("max"));
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

export function start() {
  document.addEventListener("click", pressed);
}
