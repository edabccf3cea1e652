// The three kinds of picture, and how one of them is laid out and drawn.

import { sizeCanvas } from "./draw.js";
import { drawHighlights } from "./highlight.js";
import { settle, stampDot } from "./layers.js";
import { clamp } from "./mix.js";
import { stampPanel } from "./panel.js";
import { drawPlane, layoutPlane } from "./plane.js";
import { drawRace, layoutRace, zoomRace } from "./race.js";
import { drawStrips, layoutStrips } from "./strips.js";

// Each is laid out and drawn with what its kind of scene has.
/** @type {Record<string, { layout(view: any): void, zoom?(view: any, pose: Pose): void, draw(view: any, pose: Pose): void, stamp(view: any): (ctx: Pen, e: number) => void }>} */
const VIEWS = {
  race: { layout: layoutRace, zoom: zoomRace, draw: drawRace, stamp: stampDot },
  plane: { layout: layoutPlane, draw: drawPlane, stamp: () => () => {} },
  strips: { layout: layoutStrips, draw: drawStrips, stamp: stampPanel },
};

export function drawLane(/** @type {View} */ view) {
  const { ctx, pose, lane, theme } = view, { zoom, stamp, draw } = VIEWS[view.scene.view];
  if (view.layer.theme !== theme.name) {
    view.layer.theme = theme.name;
    view.layer.done = Infinity;
    view.base.key = null;
  }
  ctx.clearRect(0, 0, view.width, view.height);
  zoom?.(view, pose);
  settle(view, Math.min(pose.settled, lane.count), stamp(view));
  draw(view, pose);
  drawHighlights(view, pose);
}

// Whether the picture has a place on the page; it is laid out again where that or its search has changed.
export function layoutLane(/** @type {View} */ view, /** @type {number | null} */ scale = null) {
  if (!view.measured) view.inner = Math.floor(view.picture.clientWidth); // to ask is to lay out the page
  const width = view.inner;
  if (!width) return false;
  view.measured = true;
  const ratio = scale ?? Math.min(window.devicePixelRatio || 1, 2);
  const asked = view.scene.height || clamp(Math.round(window.innerHeight * 0.44), 280, 640); // 0: as the window allows
  const height = width < 480 ? Math.round(Math.min(asked, Math.max(340, asked * 0.85))) : asked;
  const resized = width !== view.width || height !== view.height || ratio !== view.ratio;
  if (!resized && !view.stale) return true;
  Object.assign(view, { width, height, ratio, stale: false });
  if (resized) {
    view.canvas.style.height = `${height}px`;
    view.ctx = sizeCanvas(view.canvas, width, height, ratio);
    for (const name of ["layer", "base"]) {
      const canvas = document.createElement("canvas");
      view[name] = { canvas, ctx: sizeCanvas(canvas, width, height, ratio), done: 0, key: null, taken: [] };
    }
  }
  view.layer.done = Infinity;
  view.base.key = null;
  view.px = new Float32Array(view.lane.count);
  view.py = new Float32Array(view.lane.count);
  VIEWS[view.scene.view].layout(view);
  return true;
}
