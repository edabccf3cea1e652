// The race-time panel of the plane and strips views.

import { css, disc, line, niceTicks, ring, star, write } from "./draw.js";
import { clamp, mix } from "./mix.js";
import { fmt, superscript, whole } from "./words.js";

// Race times span many powers of two, so the panel is logarithmic and cut off well above the winner.
/** @returns {Panel} */
export function panelOf(/** @type {Lane} */ lane, left, top, right, bottom) {
  const lo = Math.log2(Math.min(lane.winTime, lane.race[lane.winner])) - 0.6;
  let hi = lo + 2;
  for (let e = 0; e < lane.count; e++) if (Number.isFinite(lane.race[e])) hi = Math.max(hi, Math.log2(lane.race[e]) + 0.5);
  hi = Math.min(hi, lo + 14);
  const box = { left: left + 40, top: top + 20, right: right - 8, bottom: bottom - 20 };
  return {
    ...box,
    X: (e) => mix(box.left + 6, box.right - 6, lane.count > 1 ? e / (lane.count - 1) : 0.5),
    Y: (race) => mix(box.bottom - 4, box.top, clamp((Math.log2(race) - lo) / (hi - lo), 0, 1)),
    ticks: niceTicks(lo, hi, (box.bottom - box.top) / 36).filter(Number.isInteger),
  };
}

export function drawPanel(/** @type {View} */ view, /** @type {Panel} */ panel, /** @type {Pose} */ pose) {
  const { ctx, theme, lane } = view;
  write(ctx, theme, lane.accepts ? "↑ height ÷ ratio: 1 or less is accepted" : "↑ race time (arrival time ÷ ratio)", panel.left - 40, panel.top - 8, { size: 13, halo: false });
  line(ctx, [[panel.left, panel.top], [panel.left, panel.bottom], [panel.right, panel.bottom]], css(theme.text, 0.55));
  for (const t of panel.ticks) {
    const y = panel.Y(2 ** t);
    line(ctx, [[panel.left, y], [panel.right, y]], css(theme.text, 0.1));
    write(ctx, theme, t < -9 || t > 12 ? `2${superscript(t)}` : t < 0 ? fmt(2 ** t) : whole(2 ** t), panel.left - 5, y + 4, { size: 13, align: "right", halo: false });
  }
  write(ctx, theme, "candidates →", panel.left, panel.bottom + 15, { size: 13, halo: false });
  write(ctx, theme, whole(lane.position[lane.count - 1]), panel.right, panel.bottom + 15, { size: 13, align: "right", halo: false });
  if (lane.accepts) line(ctx, [[panel.left, panel.Y(1)], [panel.right, panel.Y(1)]], css(theme.q), 2);
  if (!pose.seen) return;
  const leaders = lane.improvements.filter((e) => e < pose.seen), heights = [panel.top, ...leaders.map((e) => panel.Y(lane.race[e]))];
  const stairs = leaders.flatMap((e, i) => [[panel.X(e), heights[i]], [panel.X(e), heights[i + 1]]]);
  if (!lane.accepts) line(ctx, [...stairs, [panel.X(pose.seen - 1), heights[leaders.length]]], css(theme.best), 1.75);
  const x = panel.X(pose.best), y = panel.Y(lane.race[pose.best]);
  if (pose.best < 0) return;
  if (pose.final > 0.5 && pose.touched) star(ctx, theme, x, y, 7); else ring(ctx, theme, x, y, 5);
  const text = lane.accepts ? "accepted" : pose.final > 0.5 ? "winner: the smallest" : "best so far";
  write(ctx, theme, text, clamp(x, panel.left + 64, panel.right - 62), y - 11 < panel.top + 8 ? y + 20 : y - 11,
    { size: 13, align: "center", weight: 600, colour: pose.final > 0.5 ? theme.ink.winner : theme.ink.best });
}

export function stampPanel(/** @type {StripsView} */ view) {
  const colour = css(view.theme.candidate);
  const { lane, panel } = view;
  return (ctx, e) => {
    if (Number.isFinite(lane.race[e])) { disc(ctx, panel.X(e), panel.Y(lane.race[e]), lane.count > 300 ? 1.2 : 2, colour); return; }
    ctx.fillStyle = colour; // an infinite race time: a tick at the upper edge
    ctx.fillRect(panel.X(e) - 0.5, panel.top - 2, 1, 5);
  };
}
