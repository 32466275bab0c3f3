// Imports a module of static/js. They are named .js and there is no package.json beside them, so they are copied
// to a place where Node takes them for what they are.

import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const place = mkdtempSync(join(tmpdir(), "separacao-js-"));
cpSync(fileURLToPath(new URL("../../static/js", import.meta.url)), place, { recursive: true });
writeFileSync(join(place, "package.json"), '{"type":"module"}');
process.on("exit", () => rmSync(place, { recursive: true, force: true }));

export const load = (name) => import(pathToFileURL(join(place, name)).href);
