// [data-paper="URL"]: the paper beside what was read from it. The PDF itself where there is room and the browser shows one
// inside a page; else its text, which is there already.

const WIDE = "(min-width: 64rem)";

/** @param {HTMLDetailsElement} box */
function frame(box) {
  if (!navigator.pdfViewerEnabled || box.querySelector("iframe")) return;
  const page = document.createElement("iframe");
  page.className = "paper-page";
  page.title = box.querySelector("summary")?.textContent || "";
  page.src = box.dataset.paper + "#toolbar=0&navpanes=0&view=FitH";
  const text = box.querySelector("ol");
  if (text) text.hidden = true;
  box.append(page);
}

export function start() {
  const box = document.querySelector("[data-paper]");
  if (!(box instanceof HTMLDetailsElement)) return;
  const wide = matchMedia(WIDE);
  const fit = () => {
    // Below everything else it is opened by whoever wants it.
    box.open = wide.matches;
    if (wide.matches) frame(box);
  };
  wide.addEventListener("change", fit);
  fit();
}
