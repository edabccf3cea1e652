// The race as a picture: P in equal shares across, time upwards, the curve of the best so far, and a front under which
// the sender has looked.

import { css, disc, line, niceTicks, polyline, ring, star, within, write } from "../../stage/draw.js";
import { highest, mix } from "../../stage/mix.js";
import { fmt } from "../../stage/words.js";

const MARGIN = { left: 34, right: 6, top: 8, foot: 26 };

/** Where things are in a picture of this size. */
export function layout(width, height, /** @type {GameData} */ { top, peaks }) {
  const left = MARGIN.left, right = width - MARGIN.right, floor = height - MARGIN.foot - (peaks.length > 1 ? 18 : 0);
  return {
    left, right, floor, ceiling: MARGIN.top,
    X: (u) => mix(left, right, u),
    Y: (time) => mix(floor, MARGIN.top, time / top),
    binAt: (x) => Math.min(peaks.length - 1, Math.max(0, Math.floor(((x - left) / (right - left)) * peaks.length))),
  };
}

export function paint(/** @type {Pen} */ ctx, /** @type {Theme} */ theme, /** @type {GameData} */ data, /** @type {GamePose} */ pose, at) {
  const { left, right, floor, ceiling, X, Y } = at, bins = data.peaks.length, place = (j) => X(j / bins);
  for (const tick of niceTicks(0, data.top, 4)) {
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

// What the curve and the front are.
function labels(ctx, /** @type {Theme} */ theme, /** @type {GameData} */ data, /** @type {GamePose} */ pose, { right, floor, X, Y }, place) {
  const bins = data.peaks.length, high = highest(bins, (j) => data.peaks[j]), front = pose.front * data.peaks[high];
  if (front > 0 && Y(front) < floor - 20) {
    const [x, align] = /** @type {[number, CanvasTextAlign]} */ (bins === 1 ? [right - 4, "right"] : [(place(high) + place(high + 1)) / 2, "center"]);
    write(ctx, theme, bins === 1 ? "looked up to here" : "looked", x, Y(front) + 16, { align, colour: theme.ink.heuristic });
  }
  if (!Number.isFinite(pose.best)) return;
  const peak = highest(data.curve.length, (k) => data.curve[k]), fall = data.curve.findIndex((ratio, k) => k > peak && pose.best * ratio < 0.8 * data.top);
  const share = fall / (data.curve.length - 1), leftwards = fall < 0 || share > 0.6;
  const rise = leftwards ? data.curve.findIndex((ratio) => pose.best * ratio > Math.min(0.8 * data.top, 0.6 * pose.best * data.curve[peak])) / (data.curve.length - 1) : share;
  write(ctx, theme, "best × ratio", X(rise) + (leftwards ? -8 : 8), Math.max(20, Y(Math.min(0.8 * data.top, 0.75 * pose.best * data.curve[peak]))), { align: leftwards ? "right" : "left", colour: theme.ink.best, weight: 600 });
}

function footer(ctx, /** @type {Theme} */ theme, /** @type {GameData} */ data, { left, right, floor }, place) {
  const bins = data.peaks.length;
  if (bins === 1) {
    write(ctx, theme, "equal shares of P", (left + right) / 2, floor + 19, { align: "center", halo: false });
    return;
  }
  for (let j = 0; j < bins; j++) {
    const middle = (place(j) + place(j + 1)) / 2;
    write(ctx, theme, `bin ${j + 1}`, middle, floor + 18, { align: "center", halo: false, weight: 600, colour: theme.text });
    write(ctx, theme, `r ≤ ${data.peaks_told[j]}`, middle, floor + 36, { align: "center", halo: false });
  }
}

// When the next candidate of each bin arrives: where in the bin, nobody knows yet.
function nexts(ctx, /** @type {Theme} */ theme, /** @type {GameData} */ data, /** @type {GamePose} */ pose, { X, Y, ceiling }, place) {
  data.coming[pose.looked].forEach((time, j) => {
    if (time === null) return;
    const [from, to] = [place(j) + 3, place(j + 1) - 3], beyond = time > data.top, y = beyond ? ceiling + 2 : Y(time);
    if (!beyond) line(ctx, [[from, y], [to, y]], css(theme.bound), 2.5, [7, 4]);
    const told = data.coming_told[pose.looked][j];
    write(ctx, theme, beyond ? `↑ next at ${told}` : `next at ${told}`, data.peaks.length > 1 ? (from + to) / 2 : X(0.02), y + (y > 26 ? -5 : 15), { align: data.peaks.length > 1 ? "center" : "left", colour: theme.ink.bound, weight: 600 });
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
