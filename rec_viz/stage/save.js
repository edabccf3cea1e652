// The stage as one picture, words and all; films of it.

import { part } from "./dom.js";
import { css, penOf } from "./draw.js";

const PICTURED = ".caption, .pointed, .lane-title strong, .lane-title small, .count b, .count > span, .lane-caption, .message-name, .bits, .part small, "
  + ".total b, .total small, .receiver > span";
const MARGIN = 16;
const FILM_TYPES = ["video/webm;codecs=vp9", "video/webm;codecs=vp8", "video/webm"];
export const filmType = () => (typeof MediaRecorder === "undefined" || !HTMLCanvasElement.prototype.captureStream ? null
  : FILM_TYPES.find((type) => MediaRecorder.isTypeSupported(type)) ?? null);

// The part of the page that is pictured.
export function frameOf(/** @type {HTMLElement} */ root, /** @type {View[]} */ views) {
  const { left, width } = root.getBoundingClientRect(), { top } = part(root, ".caption").getBoundingClientRect();
  const bottom = Math.max(...views.map((view) => view.article.getBoundingClientRect().bottom));
  return { left: left - MARGIN, top: top - MARGIN, width: width + 2 * MARGIN, height: bottom - top + 2 * MARGIN };
}

export const worded = (/** @type {HTMLElement} */ root) => /** @type {HTMLElement[]} */ ([...root.querySelectorAll(PICTURED)]);

// The stage as the page shows it, on one canvas.
export function compose(/** @type {HTMLCanvasElement} */ canvas, /** @type {HTMLElement} */ root, /** @type {View[]} */ views, /** @type {Theme} */ theme, scale) {
  const frame = frameOf(root, views), even = (v) => 2 * Math.ceil((v * scale) / 2); // films want even sides
  const width = even(frame.width), height = even(frame.height);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const ctx = penOf(canvas);
  ctx.setTransform(scale, 0, 0, scale, 0, 0);
  ctx.fillStyle = css(theme.bg);
  ctx.fillRect(0, 0, width / scale, height / scale);
  ctx.translate(-frame.left, -frame.top);
  for (const view of views) {
    const box = view.canvas.getBoundingClientRect();
    ctx.drawImage(view.canvas, box.left, box.top, box.width, box.height);
  }
  for (const node of worded(root)) drawWords(ctx, node);
  ctx.setTransform(1, 0, 0, 1, 0, 0);
}

// An element's text where and as the page has it, broken into lines where it is wider than its box.
export function drawWords(/** @type {Pen} */ ctx, /** @type {HTMLElement} */ node) {
  const box = node.getBoundingClientRect(), style = getComputedStyle(node);
  if (!box.width || style.visibility === "hidden") return;
  const size = parseFloat(style.fontSize), leading = parseFloat(style.lineHeight) || 1.4 * size;
  const [padLeft, padTop, padRight] = [style.paddingLeft, style.paddingTop, style.paddingRight].map(parseFloat);
  if (node.classList.contains("bits")) {
    ctx.fillStyle = style.backgroundColor;
    ctx.fillRect(box.left, box.top, box.width, box.height);
    ctx.fillStyle = style.borderBottomColor;
    ctx.fillRect(box.left, box.bottom - 2, box.width, 2);
  }
  ctx.font = `${style.fontWeight} ${size}px ${style.fontFamily}`;
  ctx.letterSpacing = style.letterSpacing === "normal" ? "0px" : style.letterSpacing;
  ctx.fillStyle = style.color;
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  const room = box.width - padLeft - padRight + 1;
  let text = "", y = box.top + padTop + 0.5 * leading + 0.35 * size;
  const put = () => { ctx.fillText(text, box.left + padLeft, y); y += leading; };
  const pieces = node.classList.contains("bits") ? [...node.textContent] : node.textContent.trim().split(/(?<=\s)/);
  for (const piece of pieces) {
    if (text && ctx.measureText((text + piece).trimEnd()).width > room) { put(); text = ""; }
    text += piece;
  }
  put();
  ctx.letterSpacing = "0px";
}

export function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// A film being recorded: `grab` adds the present frame, `finish` hands over what there is.
export function startFilm(/** @type {HTMLElement} */ root, name, done) {
  const canvas = document.createElement("canvas"), /** @type {Blob[]} */ parts = [];
  let /** @type {MediaRecorder | null} */ recorder = null;
  return {
    grab(views, theme) {
      compose(canvas, root, views, theme, 1);
      if (recorder) return;
      recorder = new MediaRecorder(canvas.captureStream(30), { mimeType: filmType() ?? "", videoBitsPerSecond: 4e6 });
      recorder.ondataavailable = ({ data }) => data.size && parts.push(data);
      recorder.onstop = () => { download(new Blob(parts, { type: "video/webm" }), name); done(); };
      recorder.start(500);
    },
    finish() { if (recorder?.state === "recording") recorder.stop(); else if (!recorder) done(); },
  };
}
