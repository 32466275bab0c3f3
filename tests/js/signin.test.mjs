import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";
import { Element, page } from "./world.mjs";

const { emptyPage } = await load("signin.js");

test("of a screen that may no longer be seen nothing stays, and a way out stands in its place", () => {
  const body = page({ "data-screen": "people" });
  const words = { id: "words", "data-forbidden": "Você não tem permissão para isso", "data-to-board": "Voltar ao painel" };
  body.appendChild(new Element("div", words));
  const main = document.getElementById("main");
  for (const [sentence, said] of [["Acesso encerrado", "Acesso encerrado"], ["", words["data-forbidden"]]]) {
    main.appendChild(new Element("ul", { id: "people" }));
    emptyPage(sentence);
    const [line, out, ...more] = main.children;
    assert.deepEqual([line.textContent, line.getAttribute("role")], [said, "alert"]);
    assert.deepEqual([out.textContent, out.getAttribute("href")], ["Voltar ao painel", "/"]);
    assert.deepEqual(more, []);
  }
});
