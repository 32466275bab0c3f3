// input[data-goods]: while one types what is sent in place of a line, the goods that the company knows by reference or code
// stand in its datalist. Choosing one of them fills in its code and unit; typing on empties them.

import { request } from "./request.js";

const LIMIT = 5000;
const REST = 250;
const LEAST = 2;

/** @type {ReturnType<typeof setTimeout> | 0} */
let timer = 0;
/** Fields that were filled in for this text. @type {WeakMap<HTMLInputElement, string>} */
const filled = new WeakMap();

/** @param {{ text: string, code: string, unit: string }} goods */
function optionOf({ text, code, unit }) {
  const option = document.createElement("option");
  option.value = text;
  option.label = `${text} · ${code} · ${unit}`;
  option.dataset.code = code;
  option.dataset.unit = unit;
  return option;
}

/** @param {HTMLInputElement} field */
async function suggest(field) {
  const typed = field.value.trim();
  const reply = await request("/goods?q=" + encodeURIComponent(typed), { limit: LIMIT });
  if (!reply || !reply.ok || !Array.isArray(reply.json) || field.value.trim() !== typed) return;
  field.list?.replaceChildren(...reply.json.map(optionOf));
}

/**
 * @param {HTMLInputElement} field
 * @param {string} name
 * @param {string} value
 */
function fill(field, name, value) {
  const other = field.form?.elements.namedItem(name);
  // What somebody typed there stays.
  if (!(other instanceof HTMLInputElement) || other.value && filled.get(other) !== other.value) return;
  other.value = value;
  filled.set(other, value);
}

/** @param {Event} event */
function typed(event) {
  const field = event.target;
  if (!(field instanceof HTMLInputElement) || !field.matches("[data-goods]")) return;
  clearTimeout(timer);
  const taken = Array.from(field.list?.options || []).find((option) => option.value === field.value);
  fill(field, "code", taken?.dataset.code || "");
  fill(field, "unit", taken?.dataset.unit || "");
  if (!taken && field.value.trim().length >= LEAST) timer = setTimeout(() => { suggest(field).catch(() => {}); }, REST);
}

export function start() {
  document.addEventListener("input", typed);
}
