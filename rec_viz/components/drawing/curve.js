// A drawn density: heights are log2 q at evenly spaced knots up to a constant, straight lines between. The formulas of
// rec_core/families/piecewise.py; a test compares them.

import { mix } from "../../stage/mix.js";

const perBit = Math.LN2;

// Mean of 2^l, and of l 2^l, for l evenly spread between a and b.
function meanPower(a, b) {
  const fall = Math.abs(a - b) * perBit;
  return 2 ** Math.max(a, b) * (fall > 0 ? -Math.expm1(-fall) / fall : 1);
}

function meanLogPower(a, b) {
  const top = Math.max(a, b), fall = Math.abs(a - b) * perBit;
  const lost = fall < 1e-3 ? fall * (0.5 - fall * (1 / 3 - fall * (0.125 - fall / 30)))
    : (-Math.expm1(-fall) - fall * Math.exp(-fall)) / fall;
  return top * meanPower(a, b) - (2 ** top * lost) / perBit;
}

const overPieces = (f, heights) => {
  let sum = 0;
  for (let k = 1; k < heights.length; k++) sum += f(heights[k - 1], heights[k]);
  return sum / (heights.length - 1);
};

// log2 q at the knots, area 1; KL(Q || P) and the log2 of the highest ratio, in bits.
export function normaliseDrawing(heights) {
  const top = Math.max(...heights), fallen = heights.map((h) => h - top);
  const log2Area = Math.log2(overPieces(meanPower, fallen));
  const logs = fallen.map((h) => h - log2Area);
  return { logs, kl_bits: Math.max(0, overPieces(meanLogPower, logs)), d_inf_bits: -log2Area };
}

// The heights after a straight stroke of the hand from one place to another, [u, height] each: the knots it passes.
export function stroke(heights, [u0, h0], [u1, h1]) {
  const pieces = heights.length - 1;
  const [[left, a], [right, b]] = u0 <= u1 ? [[u0, h0], [u1, h1]] : [[u1, h1], [u0, h0]];
  return heights.map((h, k) => {
    const u = k / pieces;
    if (Math.round(u1 * pieces) === k) return h1;
    if (u < left || u > right || left === right) return h;
    return mix(a, b, (u - left) / (right - left));
  });
}

export const toQuarter = (h) => Math.round(4 * h) / 4;

// Shapes to begin from, by their height at u in [0, 1].
const bump = (u, at, width, top) => top * Math.max(0, 1 - ((u - at) / width) ** 2);
export const SHAPES = {
  one: (u) => bump(u, 0.6, 0.25, 8),
  two: (u) => Math.max(bump(u, 0.28, 0.16, 6), bump(u, 0.75, 0.12, 8)),
  ramp: (u) => 8 * u,
  flat: () => 0,
};
