// [data-colour]: the colour that is written, and the browser's own way to choose one, say the same.

const WRITTEN = /^#?([0-9a-f]{6})$/i;

/**
 * @param {Element} field
 * @returns {HTMLInputElement | null}
 */
const besides = (field) => field.parentElement?.querySelector(field.matches("[data-colour]") ? '[type="color"]' : "[data-colour]") || null;

/** @param {HTMLInputElement} field */
function tell(field) {
  const other = besides(field);
  if (!other) return;
  const written = WRITTEN.exec(field.value.trim());
  if (!field.matches("[data-colour]")) other.value = field.value;
  else if (written) other.value = "#" + written[1].toLowerCase();
}

export function start() {
  for (const field of document.querySelectorAll("[data-colour]")) if (field instanceof HTMLInputElement) tell(field);
  document.addEventListener("input", ({ target }) => {
    if (target instanceof HTMLInputElement && target.closest(".colour-field")) tell(target);
  });
}
