// What a GIF is made of: the rectangle that is new, its colours, and codes that a plain decoder reads back.

import assert from "node:assert/strict";
import test from "node:test";
import { changed, compress, createGif, palette } from "../../rec_viz/stage/gif.js";

// LZW as its readers do it.
function expand(data, depth, length) {
  const clear = 1 << depth, out = [];
  let at = 0, table = [], size = depth + 1, before = null;
  const read = () => { let code = 0; for (let b = 0; b < size; b++, at++) code |= ((data[at >> 3] >> (at & 7)) & 1) << b; return code; };
  const start = () => { table = Array.from({ length: clear + 2 }, (_, i) => [i]); size = depth + 1; before = null; };
  for (let code = read(); code !== clear + 1; code = read()) {
    if (code === clear) { start(); continue; }
    const entry = table[code] ?? [...before, before[0]];
    out.push(...entry);
    if (before && table.length < 4096) table.push([...before, entry[0]]);
    if (table.length === 1 << size && size < 12) size++;
    before = entry;
    assert.ok(out.length <= length);
  }
  return out;
}

test("codes come back as they went, over many tables", () => {
  let seed = 1;
  const random = (n) => (seed = (seed * 48271) % 2147483647) % n;
  for (const [depth, length, few] of [[2, 1, 4], [2, 500, 1], [4, 3000, 16], [8, 60000, 256], [8, 60000, 3]]) {
    const indices = Uint8Array.from({ length }, () => random(few));
    assert.deepEqual(expand(compress(indices, depth), depth, length), [...indices]);
  }
});

test("colours that fit are kept, and each of the others becomes the nearest", () => {
  const grey = (v) => (0xff000000 | (v << 16) | (v << 8) | v) >>> 0;
  const two = palette(Uint32Array.of(grey(255), grey(255), grey(16)));
  assert.deepEqual([two.colours, [...two.indices]], [[255, 255, 255, 16, 16, 16], [0, 0, 1]]);
  const many = Uint32Array.from({ length: 4096 }, (_, i) => (0xff000000 | ((i & 15) << 20) | (((i >> 4) & 15) << 12) | ((i >> 8) << 4)) >>> 0);
  const { colours, indices } = palette(many);
  assert.equal(colours.length, 3 * 256);
  for (const [i, v] of many.entries()) {
    const [r, g, b] = [v & 255, (v >> 8) & 255, (v >> 16) & 255], at = 3 * indices[i];
    assert.ok(Math.hypot(colours[at] - r, colours[at + 1] - g, colours[at + 2] - b) < 300);
  }
});

test("only what is new is drawn", () => {
  const before = new Uint32Array(20), now = before.slice();
  assert.deepEqual(changed(null, now, 5, 4), [0, 0, 5, 4]);
  assert.deepEqual(changed(before, now, 5, 4), [0, 0, 1, 1]);
  now[6] = now[13] = 1;
  assert.deepEqual(changed(before, now, 5, 4), [1, 1, 3, 2]);
});

test("a file begins and ends as one", async () => {
  const gif = createGif(2, 2), image = (v) => ({ data: new Uint8ClampedArray(16).fill(v) });
  gif.add(image(255), 0.1);
  gif.add(image(0), 0.1);
  const data = new Uint8Array(await gif.finish().arrayBuffer());
  assert.equal(String.fromCharCode(...data.subarray(0, 6)), "GIF89a");
  assert.deepEqual([data[6], data[8], data.at(-1)], [2, 2, 0x3b]);
});
