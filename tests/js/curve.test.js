// The board's own mathematics; tests/viz/test_drawn.py holds its numbers to rec_core.

import assert from "node:assert/strict";
import test from "node:test";
import { SHAPES, normaliseDrawing, stroke, toQuarter } from "../../rec_viz/components/drawing/curve.js";

test("a stroke sets the knots it passes and no others", () => {
  assert.deepEqual(stroke([0, 0, 0, 0, 0], [0.25, 2], [0.75, 6]), [0, 2, 4, 6, 0]);
  assert.deepEqual(stroke([0, 0, 0, 0, 0], [0.75, 6], [0.25, 2]), [0, 2, 4, 6, 0]);
  assert.deepEqual(stroke([1, 1, 1, 1, 1], [0.55, 9], [0.55, 9]), [1, 1, 9, 1, 1]);
  assert.deepEqual(stroke([0, 0, 0, 0, 0], [0.0, 8], [1.0, 8]), [8, 8, 8, 8, 8]);
});

test("the area is 1 and the level does not matter", () => {
  const heights = Array.from({ length: 33 }, (_, k) => toQuarter(SHAPES.two(k / 32)));
  const { logs, kl_bits, d_inf_bits } = normaliseDrawing(heights);
  let area = 0;
  for (let i = 0; i < 32000; i++) {
    const at = (i + 0.5) / 1000, k = Math.floor(at);
    area += 2 ** (logs[k] + (logs[k + 1] - logs[k]) * (at - k)) / 32000;
  }
  assert.ok(Math.abs(area - 1) < 1e-5, String(area));
  assert.ok(0 < kl_bits && kl_bits < d_inf_bits);
  assert.ok(Math.abs(normaliseDrawing(heights.map((h) => h + 5)).kl_bits - kl_bits) < 1e-12);
  assert.deepEqual(normaliseDrawing([3, 3, 3]), { logs: [0, 0, 0], kl_bits: 0, d_inf_bits: -0 });
});
