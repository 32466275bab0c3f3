// Sentences beside the fields that were not accepted, and one for the whole form.

/** False where the form is not to be seen: then the sentence must be said elsewhere. */
export function showErrors(form, sentence, fields) {
  clearErrors(form);
  if (!form.isConnected || !form.getClientRects().length) return false;
  let shown = false;
  for (const name of Object.keys(fields || {})) {
    const field = form.elements.namedItem(name);
    const place = field && (field.closest ? field : field[0]);
    if (!place || place.type === "hidden") continue;
    if (field.setAttribute) field.setAttribute("aria-invalid", "true");
    const around = place.closest(".field, fieldset") || place.parentElement;
    around.classList.add("wrong");
    const legend = around.querySelector(":scope > legend");
    around.insertBefore(line(fields[name]), place.closest("label") === around ? place :
      legend ? legend.nextSibling : around.firstElementChild);
    if (!shown && place.focus) place.focus();
    shown = true;
  }
  // Over an open sheet nothing else can be seen; elsewhere one sentence beside the field is enough.
  const own = form.querySelector("[data-error]");
  if (!shown && !own && !form.closest("dialog[open]")) return false;
  if (!shown) {
    const slot = own || form.insertBefore(line(sentence), form.firstElementChild);
    slot.textContent = sentence;
    slot.hidden = false;
  }
  return true;
}

/** The form that was refused is no longer in its sheet: the sentence stands above what the sheet shows now. */
export function showOver(box, sentence) {
  box.insertBefore(line(sentence), box.querySelector(".sheet-head + *"));
}

function line(text) {
  const el = document.createElement("em");
  el.className = "error";
  el.dataset.error = "script";
  el.setAttribute("role", "alert");
  el.textContent = text;
  return el;
}

export function clearErrors(form) {
  const box = form.closest("dialog");
  if (box) box.querySelectorAll(':scope > [data-error="script"]').forEach((el) => el.remove());
  form.querySelectorAll('[data-error="script"]').forEach((el) => el.remove());
  form.querySelectorAll("[data-error]").forEach((el) => { el.hidden = true; });
  form.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
  form.querySelectorAll(".wrong").forEach((el) => el.classList.remove("wrong"));
}
