// Imports modules of static/js. They are named .js and there is no package.json beside them, so they are copied to a
// place where Node takes them for what they are. Each place is a page of its own: its modules share nothing with others.

import { accessSync, constants, cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Where copies go, of which there are hundreds: into memory, where the system has a folder for that. */
function folder() {
  try {
    accessSync("/dev/shm", constants.W_OK);
    return "/dev/shm";
  } catch {
    return tmpdir();
  }
}

/** A fresh copy of all modules, as another tab has them. */
export function tab() {
  const place = mkdtempSync(join(folder(), "separacao-js-"));
  cpSync(fileURLToPath(new URL("../../static/js", import.meta.url)), place, { recursive: true });
  writeFileSync(join(place, "package.json"), '{"type":"module"}');
  process.on("exit", () => rmSync(place, { recursive: true, force: true }));
  return (name) => import(pathToFileURL(join(place, name)).href);
}

export const load = tab();
