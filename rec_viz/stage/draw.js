// Colours of the theme and drawing helpers that every view uses.

import { clamp, mix } from "./mix.js";

let probe = null; // whose pen turns a colour as CSS writes it into numbers

function rgb(colour, fallback = "#808080") {
  probe ??= document.createElement("canvas").getContext("2d");
  probe.fillStyle = fallback;
  if (colour) probe.fillStyle = colour.trim();
  const text = probe.fillStyle;
  if (text.startsWith("#")) return [1, 3, 5].map((i) => parseInt(text.slice(i, i + 2), 16));
  return text.match(/[\d.]+/g).slice(0, 3).map(Number);
}

export const css = ([r, g, b], alpha = 1) => `rgba(${r | 0},${g | 0},${b | 0},${alpha})`;

function luminance(c) {
  const [r, g, b] = c.map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [hi, lo] = [luminance(a), luminance(b)].sort((m, n) => n - m);
  return (hi + 0.05) / (lo + 0.05);
}

// Role colours are chosen for marks (3:1); small text needs 4.5:1, so lean towards the text colour until it has that.
export function legible(colour, text, background, wanted = 4.8) {
  let out = colour;
  for (let t = 0; t <= 1 && contrast(out, background) < wanted; t += 0.1) out = colour.map((v, i) => mix(v, text[i], t));
  return out;
}

const ROLES = ["p", "q", "heuristic", "candidate", "best", "winner", "bound"];

export function readTheme(root, colors) {
  const style = getComputedStyle(root);
  const bg = rgb(style.getPropertyValue("--st-background-color"), "#ffffff");
  const text = rgb(style.getPropertyValue("--st-text-color"), "#1f2328");
  const dark = luminance(bg) < 0.3;
  const palette = (colors || {})[dark ? "dark" : "light"] || {};
  const theme = { bg, text, dark, font: style.fontFamily, muted: text.map((v, i) => mix(v, bg[i], 0.26)), ink: {} };
  for (const role of ROLES) {
    theme[role] = rgb(palette[role], "#808080");
    theme.ink[role] = legible(theme[role], text, bg);
  }
  theme.name = JSON.stringify([bg, text, theme.font, palette]);
  return theme;
}

export const font = (theme, size, weight = 400) => `${weight} ${size}px ${theme.font}`;

export function write(ctx, theme, text, x, y, { colour = theme.muted, size = 12, weight = 400, align = "left", halo = true, alpha = 1 } = {}) {
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

export function line(ctx, points, colour, width = 1, dash = []) {
  ctx.beginPath();
  points.forEach(([x, y], i) => (i ? ctx.lineTo(x, y) : ctx.moveTo(x, y)));
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.setLineDash(dash);
  ctx.stroke();
  ctx.setLineDash([]);
}

export function disc(ctx, x, y, r, colour) {
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 7);
  ctx.fillStyle = colour;
  ctx.fill();
}

export function ring(ctx, theme, x, y, r) {
  for (const [colour, width] of [[css(theme.bg), 5], [css(theme.best), 2.5]]) {
    ctx.beginPath();
    ctx.arc(x, y, r, 0, 7);
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.stroke();
  }
}

// The moment of winning: a ring that opens around the winner.
export function drawHalo(view, pose, x, y) {
  if (pose.halo >= 1) return;
  const { ctx, theme } = view;
  ctx.globalAlpha = 1 - pose.halo;
  ctx.beginPath();
  ctx.arc(x, y, 10 + 40 * pose.halo, 0, 7);
  ctx.strokeStyle = css(theme.winner);
  ctx.lineWidth = 3;
  ctx.stroke();
  ctx.globalAlpha = 1;
}

export function star(ctx, theme, x, y, r) {
  ctx.beginPath();
  for (let i = 0; i < 10; i++) {
    const a = -Math.PI / 2 + (i * Math.PI) / 5, s = i % 2 ? r * 0.45 : r;
    ctx.lineTo(x + s * Math.cos(a), y + s * Math.sin(a));
  }
  ctx.closePath();
  ctx.lineJoin = "round";
  ctx.lineWidth = 4;
  ctx.strokeStyle = css(theme.bg);
  ctx.stroke();
  ctx.fillStyle = css(theme.winner);
  ctx.fill();
}

// Puts a label where it hides the fewest candidates and no other label. All candidates count, seen or not, so it never hops.
// An optional one is left out where it would cover another.
export function place(view, text, options, { size = 12, weight = 400, optional = false, ...style } = {}) {
  const { ctx, theme, lane } = view;
  ctx.font = font(theme, size, weight);
  const width = ctx.measureText(text).width;
  let best = null;
  for (const [order, [x, y, align = "left"]] of options.entries()) {
    const wanted = align === "left" ? x : align === "right" ? x - width : x - width / 2;
    const x0 = clamp(wanted, view.left + 2, Math.max(view.left + 2, view.right - width - 2));
    const box = [x0 - 2, y - size, x0 + width + 2, y + 4];
    let cost = 0.4 * order + Math.abs(x0 - wanted) / 4; // pushed back in by the edge, it would cover what it names
    for (const other of view.taken) if (box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]) cost += 1000;
    if (box[1] < 0) cost += 500;
    const n = Math.min(lane.count, 600);
    for (let e = 0; e < n; e++) if (view.px[e] > box[0] && view.px[e] < box[2] && view.py[e] > box[1] && view.py[e] < box[3]) cost += 1;
    if (!best || cost < best.cost) best = { cost, box, x: x0, y };
  }
  if (optional && best.cost >= 500) return;
  view.taken.push(best.box);
  write(ctx, theme, text, best.x, best.y, { size, weight, ...style, align: "left" });
}

export function niceTicks(lo, hi, target) {
  const raw = (hi - lo) / Math.max(1, target);
  const base = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * base).find((s) => s >= raw);
  const ticks = [];
  for (let v = Math.ceil(lo / step) * step; v <= hi + step * 1e-6; v += step) ticks.push(Math.abs(v) < step * 1e-6 ? 0 : v);
  return ticks;
}

export function clipTo(ctx, x0, y0, x1, y1) {
  ctx.beginPath();
  ctx.rect(x0, y0, x1 - x0, y1 - y0);
  ctx.clip();
}

export function sizeCanvas(canvas, width, height, ratio) {
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const ctx = canvas.getContext("2d");
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  return ctx;
}
