// What need not be drawn again for every frame: settled candidates and the backdrop, each on a canvas of its own.

import { circle, css, disc, stroke } from "./draw.js";
import { clamp, smooth } from "./mix.js";
import { MANY } from "./scene.js";
import { POP_SECONDS } from "./timeline.js";

// Thousands of dots are stamped on a second canvas as they settle; a frame then copies that canvas.
export function settle(/** @type {View} */ view, upTo, stamp) {
  const { layer } = view;
  if (layer.done > upTo) {
    layer.ctx.clearRect(0, 0, view.width, view.height);
    layer.done = 0;
  }
  for (; layer.done < upTo; layer.done++) if (view.py[layer.done] > -20) stamp(layer.ctx, layer.done);
}

export function showLayer(/** @type {View} */ view, alpha) {
  if (alpha <= 0 || !view.layer.done) return;
  view.ctx.globalAlpha = alpha;
  view.ctx.drawImage(view.layer.canvas, 0, 0, view.width, view.height);
  view.ctx.globalAlpha = 1;
}

export function stampDot(/** @type {View} */ view) {
  const colour = css(view.theme.candidate);
  const { lane, px, py } = view;
  const { radii } = lane;
  if (lane.count <= MANY) return (ctx, e) => disc(ctx, px[e], py[e], radii[e], colour);
  return (ctx, e) => { // squares of this size look the same and are far cheaper
    ctx.fillStyle = colour;
    ctx.fillRect(px[e] - radii[e], py[e] - radii[e], 2 * radii[e], 2 * radii[e]);
  };
}

// What does not change from one candidate to the next is painted once for each state of the picture, then copied.
export function drawBackdrop(/** @type {View} */ view, /** @type {Pose} */ pose, paint) {
  const { base, ctx } = view;
  const key = [pose.big, pose.cut, pose.weigh, pose.lit].join();
  if (base.key !== key) {
    base.key = key;
    base.ctx.clearRect(0, 0, view.width, view.height);
    view.taken = [];
    view.ctx = base.ctx;
    paint(view, pose);
    view.ctx = ctx;
    base.taken = view.taken;
  }
  view.taken = [...base.taken];
  ctx.drawImage(base.canvas, 0, 0, view.width, view.height);
}

export function drawArrivals(/** @type {Pose} */ pose, draw) {
  for (const { e, age } of pose.fresh) {
    draw(e, smooth(clamp(age / POP_SECONDS, 0, 1)));
  }
}

export function popDot(/** @type {View} */ view, e, t) {
  const { ctx, theme } = view;
  const x = view.px[e], y = view.py[e];
  ctx.globalAlpha = 1 - t;
  stroke(ctx, circle(x, y, 4 + 14 * t), css(theme.candidate), 1.5);
  ctx.globalAlpha = 1;
  disc(ctx, x, y - 26 * (1 - t) * (1 - t), view.lane.radii[e] + 1.2 * (1 - t), css(theme.candidate));
}
