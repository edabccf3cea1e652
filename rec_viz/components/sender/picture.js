// The race as a picture: P in equal shares across, time upwards, the curve of the best so far, and a front under which
// the sender has looked.

import { css, disc, font, line, niceTicks, polyline, ring, star, within, write } from "../../stage/draw.js";
import { highest, mix } from "../../stage/mix.js";
import { fmt } from "../../stage/words.js";

const MARGIN = { left: 34, right: 6, top: 8, foot: 26 };

export const scaleOf = (width) => (width > 900 ? 1.3 : 1); // of the type

/** Where things are in a picture of this size. */
export function layout(width, height, /** @type {GameData} */ { peaks }, top = 1) {
  const scale = scaleOf(width), left = MARGIN.left * scale, right = width - MARGIN.right, floor = height - scale * (MARGIN.foot + (peaks.length > 1 ? 18 : 0));
  return {
    left, right, floor, ceiling: MARGIN.top,
    X: (u) => mix(left, right, u),
    Y: (time) => mix(floor, MARGIN.top, time / top),
    binAt: (x) => Math.min(peaks.length - 1, Math.max(0, Math.floor(((x - left) / (right - left)) * peaks.length))),
  };
}

export function paint(/** @type {Pen} */ ctx, /** @type {Theme} */ theme, /** @type {GameData} */ data, /** @type {GamePose} */ pose, at) {
  const { left, right, floor, ceiling, X, Y } = at, bins = data.peaks.length, place = (j) => X(j / bins);
  for (const tick of niceTicks(0, pose.top, 4)) {
    line(ctx, [[left, Y(tick)], [right, Y(tick)]], css(theme.text, 0.1), 1);
    write(ctx, theme, fmt(tick), left - 6, Y(tick) + 5, { align: "right", halo: false });
  }
  within(ctx, left, ceiling - 8, right, floor + 1, () => {
    const front = data.peaks.flatMap((peak, j) => [[place(j), Y(pose.front * peak)], [place(j + 1), Y(pose.front * peak)]]);
    ctx.fillStyle = css(theme.heuristic, 0.16);
    ctx.fill(polyline([[left, floor], ...front, [right, floor]]));
    line(ctx, front, css(theme.heuristic), 1.5);
    if (Number.isFinite(pose.best)) {
      const curve = data.curve.map((ratio, k) => [X(k / (data.curve.length - 1)), Math.max(-40, Y(pose.best * ratio))]);
      ctx.fillStyle = css(theme.best, 0.13);
      ctx.fill(polyline([[left, floor], ...curve, [right, floor]]));
      line(ctx, curve, css(theme.best), 2.5);
    }
  });
  for (let j = 1; j < bins; j++) line(ctx, [[place(j), ceiling], [place(j), floor + 6]], css(theme.text, 0.35), 1);
  line(ctx, [[left, floor], [right, floor]], css(theme.text, 0.55), 1);
  footer(ctx, theme, data, at, place);
  labels(ctx, theme, data, pose, at, place);
  if (pose.coming) nexts(ctx, theme, data, pose, at, place);
  dots(ctx, theme, data, pose, at);
}

// What the curve and the front are, where no dot and no bar is.
function labels(ctx, /** @type {Theme} */ theme, /** @type {GameData} */ data, /** @type {GamePose} */ pose, { left, right, floor, X, Y }, place) {
  const bins = data.peaks.length, last = data.curve.length - 1, big = 13 * theme.scale;
  const seen = data.candidates.slice(0, pose.over ? data.candidates.length : pose.looked);
  const taken = seen.map((one) => [X(one.u) - 14, Y(one.height) - 14, X(one.u) + 32, Y(one.height) + 14]);
  for (const [j, time] of (pose.coming ? data.coming[pose.looked] : []).entries()) {
    const y = Y(Math.min(time ?? Infinity, 2 * pose.top));
    taken.push([place(j), Math.max(0, y - 24), place(j + 1), Math.max(20, y + 4)]);
  }
  const put = (text, /** @type {At[]} */ options, colour) => {
    ctx.font = font(theme, 13, 600);
    const wide = ctx.measureText(text).width;
    const free = options.find(([x, y, align]) => {
      const x0 = align === "right" ? x - wide : align === "center" ? x - wide / 2 : x;
      const box = [x0, y - big, x0 + wide, y + 4];
      return x0 > left && x0 + wide < right && box[1] > 0 && box[3] < floor
        && taken.every((other) => box[0] > other[2] || box[2] < other[0] || box[1] > other[3] || box[3] < other[1]);
    });
    if (!free) return;
    taken.push([free[0] - wide, free[1] - big, free[0] + wide, free[1] + 4]);
    write(ctx, theme, text, free[0], free[1], { align: free[2], colour, weight: 600 });
  };
  if (Number.isFinite(pose.best)) {
    const peak = highest(last + 1, (k) => data.curve[k]), tall = pose.best * data.curve[peak];
    const flank = (share, way) => {
      const level = Math.min(share * pose.top, share * tall);
      let k = peak;
      while (k > 0 && k < last && pose.best * data.curve[k] > level) k += way;
      return /** @type {At} */ ([X(k / last) + 9 * way, Y(level) + 5, way > 0 ? "left" : "right"]);
    };
    put("best × ratio", [[X(peak / last), Y(tall) - 8, "center"], ...[0.8, 0.5, 0.3].flatMap((share) => [flank(share, 1), flank(share, -1)])], theme.ink.best);
  }
  const high = highest(bins, (j) => data.peaks[j]), front = Y(pose.front * data.peaks[high]) + big + 4;
  if (pose.looked > 0) put("looked up to here", [[place(high + 1) - 5, front, "right"], [place(high) + 5, front, "left"]], theme.ink.heuristic);
}

function footer(ctx, /** @type {Theme} */ theme, /** @type {GameData} */ data, { left, right, floor }, place) {
  const bins = data.peaks.length;
  if (bins === 1) {
    write(ctx, theme, "equal shares of P", (left + right) / 2, floor + 18 * theme.scale, { align: "center", halo: false });
    return;
  }
  for (let j = 0; j < bins; j++) {
    const middle = (place(j) + place(j + 1)) / 2;
    write(ctx, theme, `bin ${j + 1}`, middle, floor + 18 * theme.scale, { align: "center", halo: false, weight: 600, colour: theme.text });
    write(ctx, theme, data.peaks_told[j] === "almost 0" ? "r almost 0" : `r ≤ ${data.peaks_told[j]}`, middle, floor + 35 * theme.scale, { align: "center", halo: false });
  }
}

// When the next candidate of each bin arrives: where in the bin, nobody knows yet.
function nexts(ctx, /** @type {Theme} */ theme, /** @type {GameData} */ data, /** @type {GamePose} */ pose, { X, Y, ceiling }, place) {
  data.coming[pose.looked].forEach((time, j) => {
    if (time === null) return;
    const [from, to] = [place(j) + 3, place(j + 1) - 3], beyond = time > pose.top, y = beyond ? ceiling + 2 : Y(time);
    if (!beyond) line(ctx, [[from, y], [to, y]], css(theme.bound), 2.5, [7, 4]);
    const told = data.coming_told[pose.looked][j];
    const words = `${to - from < 90 ? "" : "next "}at ${told}`;
    write(ctx, theme, beyond ? `↑ ${words}` : words, data.peaks.length > 1 ? (from + to) / 2 : X(0.02), y + (y > 26 ? -5 : 15), { align: data.peaks.length > 1 ? "center" : "left", colour: theme.ink.bound, weight: 600 });
  });
}

function dots(ctx, /** @type {Theme} */ theme, /** @type {GameData} */ data, /** @type {GamePose} */ pose, { X, Y, right }) {
  data.candidates.forEach((one, k) => {
    const seen = k < pose.looked, last = k === pose.looked - 1 && !pose.over;
    if (!seen && !pose.over) return;
    const x = X(one.u), y = Y(one.height);
    if (pose.over && k === data.winner) star(ctx, theme, x, y, 12);
    else {
      if (k === pose.leader && !pose.over) ring(ctx, theme, x, y, 10);
      disc(ctx, x, y, last ? 7 : 5, css(last ? theme.text : theme.candidate, seen ? 1 : 0.55));
    }
    if (pose.over && k === pose.mine && k !== data.winner) ring(ctx, theme, x, y, 11);
    const far = x > right - 26;
    write(ctx, theme, String(k + 1), x + (far ? -13 : 13), y + 5, { align: far ? "right" : "left", weight: last ? 700 : 400, colour: theme.text });
  });
}
