// Colours of the theme and drawing helpers that every view uses.

import { clamp, mix } from "./mix.js";

let /** @type {Pen | undefined} */ probe; // turns a colour as CSS writes it into numbers

export function penOf(/** @type {HTMLCanvasElement} */ canvas, /** @type {CanvasRenderingContext2DSettings} */ settings = {}) {
  const pen = canvas.getContext("2d", settings);
  if (!pen) throw new Error("This browser cannot draw on a canvas.");
  return pen;
}

/** @returns {Colour} */
function rgb(colour, fallback = "#808080") {
  probe ??= penOf(document.createElement("canvas"));
  probe.fillStyle = fallback;
  if (colour) probe.fillStyle = colour.trim();
  const text = String(probe.fillStyle);
  if (text.startsWith("#")) return [1, 3, 5].map((i) => parseInt(text.slice(i, i + 2), 16));
  return (text.match(/[\d.]+/g) ?? ["128", "128", "128"]).slice(0, 3).map(Number);
}

export const css = (/** @type {Colour} */ [r, g, b], alpha = 1) => `rgba(${r | 0},${g | 0},${b | 0},${alpha})`;

function luminance(/** @type {Colour} */ c) {
  const [r, g, b] = c.map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(/** @type {Colour} */ a, /** @type {Colour} */ b) {
  const [hi, lo] = [luminance(a), luminance(b)].sort((m, n) => n - m);
  return (hi + 0.05) / (lo + 0.05);
}

// Role colours are chosen for marks (3:1); small text needs 4.5:1, so lean towards the text colour until it has that.
export function legible(/** @type {Colour} */ colour, /** @type {Colour} */ text, /** @type {Colour} */ background, wanted = 4.8) {
  let out = colour;
  for (let t = 0; t <= 1 && contrast(out, background) < wanted; t += 0.1) out = colour.map((v, i) => mix(v, text[i], t));
  return out;
}

/** @type {Role[]} */
const ROLES = ["p", "q", "heuristic", "candidate", "best", "winner", "bound"];

export function readTheme(/** @type {HTMLElement} */ root, colors, scale = 1) {
  const style = getComputedStyle(root);
  const bg = rgb(style.getPropertyValue("--st-background-color"), "#ffffff");
  const text = rgb(style.getPropertyValue("--st-text-color"), "#1f2328");
  const palette = colors[luminance(bg) < 0.3 ? "dark" : "light"];
  const theme = /** @type {Theme} */ ({ bg, text, font: style.fontFamily, scale, muted: text.map((v, i) => mix(v, bg[i], 0.26)), ink: {} });
  for (const role of ROLES) {
    theme[role] = rgb(palette[role], "#808080");
    theme.ink[role] = legible(theme[role], text, bg);
  }
  theme.name = JSON.stringify([bg, text, theme.font, palette, scale]);
  return theme;
}

export const font = (/** @type {Theme} */ theme, size, weight = 400) => `${weight} ${size * theme.scale}px ${theme.font}`;

export function write(/** @type {Pen} */ ctx, /** @type {Theme} */ theme, text, x, y, /** @type {Style} */ style = {}) {
  const { colour = theme.muted, size = 13, weight = 400, align = "left", halo = true, alpha = 1 } = style;
  ctx.font = font(theme, size, weight);
  ctx.textAlign = align;
  ctx.globalAlpha = alpha;
  if (halo) {
    ctx.lineJoin = "round";
    ctx.lineWidth = 4;
    ctx.strokeStyle = css(theme.bg, 0.9);
    ctx.strokeText(text, x, y);
  }
  ctx.fillStyle = css(colour);
  ctx.fillText(text, x, y);
  ctx.globalAlpha = 1;
}

export function stroke(/** @type {Pen} */ ctx, /** @type {Path2D} */ path, colour, width = 1, dash = []) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.setLineDash(dash);
  ctx.stroke(path);
  ctx.setLineDash([]);
}

export function polyline(points) {
  const path = new Path2D();
  for (const [x, y] of points) path.lineTo(x, y);
  return path;
}

export function circle(x, y, r) {
  const path = new Path2D();
  path.arc(x, y, r, 0, 7);
  return path;
}

export function boxes(/** @type {number[][]} */ list) {
  const path = new Path2D();
  for (const [x0, y0, x1, y1] of list) path.rect(x0, y0, x1 - x0, y1 - y0);
  return path;
}

export const line = (/** @type {Pen} */ ctx, points, colour, width = 1, dash = []) => stroke(ctx, polyline(points), colour, width, dash);

export function disc(/** @type {Pen} */ ctx, x, y, r, colour) {
  ctx.beginPath(); // a path of its own would be too slow for thousands
  ctx.arc(x, y, r, 0, 7);
  ctx.fillStyle = colour;
  ctx.fill();
}

export function ring(/** @type {Pen} */ ctx, /** @type {Theme} */ theme, x, y, r) {
  stroke(ctx, circle(x, y, r), css(theme.bg), 5);
  stroke(ctx, circle(x, y, r), css(theme.best), 2.5);
}

// The moment of winning: a ring that opens around the winner.
export function drawHalo(/** @type {View} */ { ctx, theme }, /** @type {Pose} */ pose, x, y) {
  if (pose.halo >= 1) return;
  ctx.globalAlpha = 1 - pose.halo;
  stroke(ctx, circle(x, y, 10 + 40 * pose.halo), css(theme.winner), 3);
  ctx.globalAlpha = 1;
}

export function star(/** @type {Pen} */ ctx, /** @type {Theme} */ theme, x, y, r) {
  const path = polyline(Array.from({ length: 10 }, (_, i) => {
    const a = -Math.PI / 2 + (i * Math.PI) / 5, s = i % 2 ? r * 0.45 : r;
    return [x + s * Math.cos(a), y + s * Math.sin(a)];
  }));
  path.closePath();
  ctx.lineJoin = "round";
  stroke(ctx, path, css(theme.bg), 4);
  ctx.fillStyle = css(theme.winner);
  ctx.fill(path);
}

// Puts a label where it hides the fewest candidates and no other label. All candidates count, seen or not, so it never hops.
// An optional one is left out where it would cover another.
export function place(/** @type {View} */ view, text, /** @type {At[]} */ options, /** @type {Style & { optional?: boolean }} */ { optional = false, ...style }) {
  const { ctx, theme, lane } = view, { size = 13 } = style, tall = size * theme.scale;
  ctx.font = font(theme, size, style.weight);
  const width = ctx.measureText(text).width;
  let best = { cost: Infinity, box: /** @type {Box} */ ([0, 0, 0, 0]), x: 0, y: 0 };
  for (const [order, [x, y, align = "left"]] of options.entries()) {
    const wanted = align === "left" ? x : align === "right" ? x - width : x - width / 2;
    const x0 = clamp(wanted, view.left + 2, Math.max(view.left + 2, view.right - width - 2));
    const box = /** @type {Box} */ ([x0 - 2, y - tall, x0 + width + 2, y + 4]);
    let cost = 0.4 * order + Math.abs(x0 - wanted) / 4; // pushed back in by the edge, it would cover what it names
    for (const other of view.taken) if (box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]) cost += 1000;
    if (box[1] < 0) cost += 500;
    const n = Math.min(lane.count, 600);
    for (let e = 0; e < n; e++) if (view.px[e] > box[0] && view.px[e] < box[2] && view.py[e] > box[1] && view.py[e] < box[3]) cost += 1;
    if (cost < best.cost) best = { cost, box, x: x0, y };
  }
  if (optional && best.cost >= 500) return;
  view.taken.push(best.box);
  write(ctx, theme, text, best.x, best.y, style);
}

export function niceTicks(lo, hi, target) {
  const raw = (hi - lo) / Math.max(1, target);
  const base = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5].map((m) => m * base).find((s) => s >= raw) ?? 10 * base;
  const ticks = [];
  for (let v = Math.ceil(lo / step) * step; v <= hi + step * 1e-6; v += step) ticks.push(Math.abs(v) < step * 1e-6 ? 0 : v);
  return ticks;
}

// What `draw` draws, but only within a rectangle.
export function within(/** @type {Pen} */ ctx, x0, y0, x1, y1, /** @type {() => void} */ draw) {
  ctx.save();
  ctx.beginPath();
  ctx.rect(x0, y0, x1 - x0, y1 - y0);
  ctx.clip();
  draw();
  ctx.restore();
}

export function sizeCanvas(/** @type {HTMLCanvasElement} */ canvas, width, height, ratio) {
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const ctx = penOf(canvas);
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  return ctx;
}
