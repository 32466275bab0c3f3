// [data-print]: the page on paper, or as PDF.

export function start() {
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-print]")) print();
  });
}
