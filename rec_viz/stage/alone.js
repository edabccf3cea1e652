// The player on a page of its own, without a server; in a frame it makes room for itself.

import { part } from "./dom.js";
import { createPlayer } from "./player.js";

createPlayer(document.body).show(JSON.parse(part(document, "#scene").textContent), () => {});
const frame = window.frameElement;
if (frame instanceof HTMLElement) new ResizeObserver(() => { frame.style.height = `${document.body.scrollHeight}px`; }).observe(document.body);
