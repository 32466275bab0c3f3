// [data-text-of=ID]: the text of a chosen file is written into a field, where it can be read and corrected before it is
// sent. Excel writes its files in the letters of Windows unless told otherwise, and what it calls Unicode text in UTF-16.

import { byId } from "./dom.js";

/** @param {ArrayBuffer} bytes */
function textOf(bytes) {
  const [first, second] = new Uint8Array(bytes);
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** @param {Event} event */
async function chosen(event) {
  const input = /** @type {HTMLInputElement} */ (event.target);
  const field = input.matches?.("[data-text-of]") && byId(input.dataset.textOf || "");
  const file = input.files && input.files[0];
  if (!field || !file) return;
  const bytes = await file.arrayBuffer();
  // Another file was chosen meanwhile.
  if (input.files?.[0] !== file) return;
  /** @type {HTMLTextAreaElement} */ (field).value = textOf(bytes);
  field.focus();
}

export function start() {
  document.addEventListener("change", (event) => { chosen(event).catch(() => {}); });
}
