// The board: a pointer draws across it, keys walk its knots, and the density it means is drawn beside it.

import { SHAPES, normaliseDrawing, stroke, toQuarter } from "./curve.js";
import { el, setAria, setText } from "../../stage/dom.js";
import { css, disc, line, niceTicks, polyline, readTheme, sizeCanvas, write } from "../../stage/draw.js";
import { clamp, mix } from "../../stage/mix.js";
import { mounted } from "../../stage/mounted.js";
import { fmt } from "../../stage/words.js";

const SPAN = 16, MARGIN = { left: 34, right: 12, top: 10, bottom: 22 }; // bits from floor to ceiling; pixels
const KEY_PAUSE = 600; // ms: a pause of the keys is their release

function createBoard(parent) {
  const root = parent.querySelector(".board"), paper = root.querySelector(".paper canvas"), other = root.querySelector(".density canvas");
  const knots = root.querySelector(".knots"), said = root.querySelector(".said");
  let kept = [], heights = [], low = 0, high = SPAN, colors, /** @type {Theme | undefined} */ theme, tell = (/** @type {number[]} */ _heights) => {};
  let /** @type {[number, number] | null} */ hand = null, timer = 0, at = 0, frame = 0, waiting = false;

  function show(data, /** @type {Tell} */ send) {
    tell = (drawn) => send("commit", drawn);
    colors = data.colors;
    const fresh = JSON.stringify(data.heights) !== JSON.stringify(kept);
    if (fresh || (waiting && !hand && !timer)) {
      kept = data.heights;
      if (!hand && !timer) {
        heights = [...kept];
        low = Math.min(0, Math.floor(Math.min(...kept)));
        high = Math.max(low + SPAN, Math.ceil(Math.max(...kept)));
      }
    }
    waiting = false;
    if (knots.children.length !== heights.length) makeKnots();
    theme = readTheme(root, colors);
    wake();
  }

  function makeKnots() {
    at = Math.min(at, heights.length - 1);
    knots.replaceChildren(...heights.map((_, k) => {
      const node = el("div", "knot");
      node.setAttribute("role", "slider");
      setAria(node, { orientation: "vertical", label: `Height of log₂ q at x = ${fmt(k / (heights.length - 1))}` });
      node.tabIndex = k === at ? 0 : -1;
      node.addEventListener("keydown", (event) => press(k, event));
      return node;
    }));
  }

  // Where things are: u across, height upwards.
  const box = (/** @type {HTMLCanvasElement} */ canvas) => {
    const { width, height } = canvas.getBoundingClientRect();
    return { left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: height - MARGIN.bottom, width, height };
  };
  const across = (b, u) => mix(b.left, b.right, u);
  const upwards = (b, h) => mix(b.bottom, b.top, (h - low) / (high - low));

  /** @returns {[number, number]} */
  function placeOf(event) {
    const b = box(paper), { left, top } = paper.getBoundingClientRect();
    const u = clamp((event.clientX - left - b.left) / (b.right - b.left), 0, 1);
    return [u, clamp(mix(low, high, (b.bottom - (event.clientY - top)) / (b.bottom - b.top)), low, high)];
  }

  paper.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    clearTimeout(timer);
    timer = 0;
    paper.setPointerCapture(event.pointerId);
    const place = hand = placeOf(event);
    draw(stroke(heights, place, place));
  });
  paper.addEventListener("pointermove", (event) => {
    if (!hand) return;
    for (const one of event.getCoalescedEvents?.() ?? [event]) {
      const next = placeOf(one);
      draw(stroke(heights, hand, next));
      hand = next;
    }
  });
  paper.addEventListener("pointerup", () => { if (hand) { hand = null; commit(); } });
  paper.addEventListener("pointercancel", forget);
  knots.addEventListener("focusout", () => { if (timer) commit(); });
  for (const button of root.querySelectorAll("[data-shape]")) {
    button.addEventListener("click", () => {
      [low, high] = [0, SPAN];
      draw(heights.map((_, k) => SHAPES[button.dataset.shape](k / (heights.length - 1))));
      commit();
    });
  }

  function press(k, event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const last = heights.length - 1;
    const to = { ArrowLeft: k - 1, ArrowRight: k + 1 }[event.key];
    const height = {
      ArrowUp: heights[k] + 0.25, ArrowDown: heights[k] - 0.25, PageUp: heights[k] + 2, PageDown: heights[k] - 2, Home: low, End: high,
    }[event.key];
    if (event.key === "Escape") forget();
    else if (event.key === "Enter") { if (timer) commit(); }
    else if (to !== undefined) focusOn(clamp(to, 0, last));
    else if (height !== undefined) {
      draw(heights.map((h, i) => (i === k ? clamp(height, low, high) : h)));
      clearTimeout(timer);
      timer = setTimeout(commit, KEY_PAUSE);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function focusOn(k) {
    const waits = timer; // walking on is not leaving: what the keys changed is let go of together
    timer = 0;
    knots.children[at].tabIndex = -1;
    at = k;
    knots.children[at].tabIndex = 0;
    knots.children[at].focus({ preventScroll: true });
    timer = waits;
  }

  function draw(next) {
    heights = next.map(toQuarter);
    wake();
  }

  function forget() {
    clearTimeout(timer);
    [timer, hand] = [0, null];
    heights = [...kept];
    wake();
  }

  function commit() {
    clearTimeout(timer);
    timer = 0;
    if (JSON.stringify(heights) === JSON.stringify(kept)) return wake();
    waiting = true;
    tell([...heights]);
    wake();
  }

  function wake() { frame ||= requestAnimationFrame(paint); }

  function pen(/** @type {HTMLCanvasElement} */ canvas) {
    const b = box(canvas);
    return { b, ctx: sizeCanvas(canvas, b.width, b.height, Math.min(window.devicePixelRatio || 1, 2)) };
  }

  function paint() {
    frame = 0;
    if (!root.isConnected || !theme || !paper.clientWidth) return;
    const numbers = normaliseDrawing(heights);
    paintPaper(theme, numbers);
    paintDensity(theme, numbers);
    const changed = JSON.stringify(heights) !== JSON.stringify(kept);
    const more = hand ? " Let go to race." : changed ? " Working it out …" : "";
    const text = `KL(Q‖P) ${fmt(numbers.kl_bits)} bits, highest ratio q/p ${fmt(2 ** numbers.d_inf_bits)}.${more}`;
    setText(said, text);
    root.dataset.heights = heights.join(",");
  }

  function axes(/** @type {Theme} */ theme, /** @type {Pen} */ ctx, b) {
    line(ctx, [[b.left, b.bottom], [b.right, b.bottom]], css(theme.text, 0.55), 1);
    for (const u of [0, 0.25, 0.5, 0.75, 1]) {
      line(ctx, [[across(b, u), b.bottom], [across(b, u), b.bottom + 4]], css(theme.text, 0.55), 1);
      write(ctx, theme, fmt(u), across(b, u), b.bottom + 17, { size: 11, align: "center", halo: false });
    }
  }

  function paintPaper(/** @type {Theme} */ theme, { logs }) {
    const { b, ctx } = pen(paper), pieces = heights.length - 1;
    for (const h of niceTicks(low, high, 4)) {
      line(ctx, [[b.left, upwards(b, h)], [b.right, upwards(b, h)]], css(theme.text, 0.13), 1);
      write(ctx, theme, fmt(h), b.left - 6, upwards(b, h) + 4, { size: 11, align: "right", halo: false });
    }
    axes(theme, ctx, b);
    const level = upwards(b, heights[0] - logs[0]); // where q = p
    if (level >= b.top && level <= b.bottom) {
      line(ctx, [[b.left, level], [b.right, level]], css(theme.p), 1.5, [5, 4]);
      write(ctx, theme, "here q = p", b.left + 6, level - 5, { size: 11, colour: theme.ink.p });
    }
    const points = heights.map((h, k) => [across(b, k / pieces), upwards(b, h)]);
    line(ctx, points, css(theme.q), 2);
    if (pieces <= 64) for (const [x, y] of points) disc(ctx, x, y, 2.6, css(theme.q));
    heights.forEach((h, k) => {
      const node = /** @type {HTMLElement} */ (knots.children[k]);
      node.style.transform = `translate(${points[k][0]}px, ${points[k][1]}px)`;
      setAria(node, { valuemin: low, valuemax: high, valuenow: h, valuetext: `${fmt(h)} bits` });
    });
  }

  function paintDensity(/** @type {Theme} */ theme, { logs, d_inf_bits: top }) {
    const { b, ctx } = pen(other), pieces = logs.length - 1, ceiling = Math.max(2, 1.12 * 2 ** top);
    const y = (q) => mix(b.bottom, b.top, q / ceiling);
    const curve = Array.from({ length: 8 * pieces + 1 }, (_, i) => {
      const k = Math.min(Math.floor(i / 8), pieces - 1);
      return [across(b, i / (8 * pieces)), y(2 ** mix(logs[k], logs[k + 1], i / 8 - k))];
    });
    for (const q of niceTicks(0, ceiling, 4)) write(ctx, theme, fmt(q), b.left - 6, y(q) + 4, { size: 11, align: "right", halo: false });
    axes(theme, ctx, b);
    ctx.fillStyle = css(theme.p, 0.18);
    ctx.fillRect(b.left, y(1), b.right - b.left, b.bottom - y(1));
    line(ctx, [[b.left, y(1)], [b.right, y(1)]], css(theme.p), 1.5);
    ctx.fillStyle = css(theme.q, 0.16);
    ctx.fill(polyline([[b.left, b.bottom], ...curve, [b.right, b.bottom]]));
    line(ctx, curve, css(theme.q), 2);
    write(ctx, theme, "P", b.right - 5, y(1) - 5, { weight: 600, colour: theme.ink.p, align: "right" });
    const peak = logs.indexOf(Math.max(...logs)), [x, height] = [across(b, peak / pieces), y(2 ** logs[peak])];
    const rightwards = x < (b.left + b.right) / 2;
    write(ctx, theme, "Q", x + (rightwards ? 9 : -9), height + 6, { weight: 600, colour: theme.ink.q, align: rightwards ? "left" : "right" });
  }

  const observer = new ResizeObserver(wake);
  observer.observe(root);
  const destroy = () => { clearTimeout(timer); cancelAnimationFrame(frame); observer.disconnect(); };
  return { root, show, destroy };
}

export default mounted(createBoard);
