// [data-keypad]: buttons with data-key 0–9, back, next. They write into the field of the form that was used last.

let current = null;

const fields = (form) => Array.from(form.querySelectorAll("input:not([type=hidden])")).filter((field) => !field.disabled);

const digitsOnly = (field) => field.inputMode === "numeric" || field.getAttribute("inputmode") === "none";

function fieldOf(form) {
  const active = document.activeElement;
  if (active && active.localName === "input" && form.contains(active)) return active;
  if (current && current.isConnected && form.contains(current)) return current;
  return fields(form).find((field) => !field.value) || fields(form)[0];
}

/** The number is complete: on to the PIN. */
function moveOn(field) {
  const digits = Number(field.dataset.digits);
  if (!field.dataset.next || !digits || field.value.length < digits) return;
  const next = field.form && field.form.elements.namedItem(field.dataset.next);
  if (next && next.focus && !next.value) next.focus();
}

function type(field, digit) {
  const most = Number(field.getAttribute("maxlength")) || 99;
  if (field.value.length >= most) return;
  field.value += digit;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function next(form, field) {
  const all = fields(form);
  const after = all[all.indexOf(field) + 1];
  if (after) after.focus();
  else if (form.requestSubmit) form.requestSubmit();
  else form.querySelector("button:not([type=button])").click();
}

function pressed(event) {
  const key = event.target.closest && event.target.closest("[data-keypad] [data-key]");
  const form = key && key.closest("form");
  if (!form) return;
  event.preventDefault();
  const field = fieldOf(form);
  if (!field) return;
  if (document.activeElement !== field) field.focus({ preventScroll: true });
  const what = key.dataset.key;
  if (what === "back") {
    field.value = field.value.slice(0, -1);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  } else if (what === "next") {
    next(form, field);
  } else {
    type(field, what);
  }
}

export function start() {
  document.addEventListener("focusin", (event) => {
    if (event.target.localName === "input") current = event.target;
  });
  document.addEventListener("click", pressed);
  // A press on a key does not take the focus away from the field.
  document.addEventListener("mousedown", (event) => {
    if (event.target.closest && event.target.closest("[data-keypad]")) event.preventDefault();
  });
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.dataset || !field.form || !field.form.querySelector("[data-keypad]") || !digitsOnly(field)) return;
    const clean = field.value.replace(/\D/g, "");
    if (clean !== field.value) field.value = clean;
    moveOn(field);
  });
  quiet(document);
}

/** Where the keypad is on the screen, the device's own keyboard would cover it. */
export function quiet(place) {
  if (!matchMedia("(pointer: coarse)").matches) return;
  place.querySelectorAll("[data-keypad]").forEach((pad) => {
    const form = pad.closest("form");
    if (form) fields(form).filter(digitsOnly).forEach((field) => field.setAttribute("inputmode", "none"));
  });
}
