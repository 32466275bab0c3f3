// The entry of what only the pages of a desk and a wall need, after live.js: the aisles fetch nothing of it.

import * as purchasing from "./purchasing.js";
import * as paper from "./paper.js";
import * as printing from "./printing.js";
import * as upload from "./upload.js";
import * as textOfFile from "./text-of-file.js";
import * as glances from "./glances.js";
import * as wall from "./wall.js";
import * as colour from "./colour.js";
import * as pairing from "./pairing.js";
import * as notify from "./notify.js";
import { begin } from "./begin.js";

begin([purchasing, paper, printing, upload, textOfFile, glances, wall, colour, pairing, notify]);
