// Numbers as people read them, and colours that can be read.

import assert from "node:assert/strict";
import test from "node:test";
import { contrast, css, legible, niceTicks } from "../../rec_viz/stage/draw.js";
import { apart, count, fmt, point, superscript, whole } from "../../rec_viz/stage/words.js";

test("three digits, a true minus, powers of ten where zeros would not be counted", () => {
  const told = [0, 1234.5, -0.5, 0.001234, 1234567, -0.00012, 999999, Infinity, -Infinity, NaN].map((v) => fmt(v));
  assert.deepEqual(told, ["0", "1,230", "−0.5", "0.00123", "1.2 × 10⁶", "−1.2 × 10⁻⁴", "1,000,000", "infinite", "−infinite", "undefined"]);
});

test("two numbers get as many digits as tell them apart", () => {
  assert.deepEqual(apart(1.2341, 1.2349), ["1.234", "1.235"]);
  assert.deepEqual(apart(1, 2), ["1", "2"]);
  const close = apart(1, 1 + 2 ** -50);
  assert.notEqual(close[0], close[1]);
});

test("counts, points and powers", () => {
  assert.deepEqual([count(1, "bin"), count(1200, "bin"), whole(16777216)], ["1 bin", "1,200 bins", "16,777,216"]);
  assert.deepEqual([point([0.5]), point([1, 2]), point([1, 2, 3, 4, 5])], ["0.5", "(1, 2)", "(1, 2, 3, 4, …)"]);
  assert.equal(superscript(-120), "⁻¹²⁰");
});

test("ticks are round, evenly apart, and within the axis", () => {
  assert.deepEqual(niceTicks(0, 10, 5), [0, 2, 4, 6, 8, 10]);
  assert.deepEqual(niceTicks(-1, 1, 4).map((t) => Number(t.toFixed(9))), [-1, -0.5, 0, 0.5, 1]);
  assert.ok(niceTicks(-3, 3, 7).every((t) => !Object.is(t, -0)));
});

test("small text leans towards the text's colour until it has 4.5 to 1", () => {
  const white = [255, 255, 255], black = [0, 0, 0], pale = [240, 200, 80];
  assert.ok(Math.abs(contrast(white, black) - 21) < 1e-9);
  assert.ok(contrast(pale, white) < 4.5);
  assert.ok(contrast(legible(pale, black, white), white) >= 4.5);
  assert.deepEqual(legible(black, black, white), black);
  assert.equal(css([1.9, 2, 3], 0.5), "rgba(1,2,3,0.5)");
});
