// Animated GIFs. Each picture holds the rectangle that has changed, with the 256 colours it has most of.

const MOST_COLOURS = 256;

// `add(image, seconds)` takes ImageData of this size; `finish()` gives the file.
export function createGif(width, height) {
  const parts = /** @type {ArrayLike<number>[]} */ ([bytes("GIF89a"), short(width), short(height), [0, 0, 0], [0x21, 0xff, 11], bytes("NETSCAPE2.0"), [3, 1, 0, 0, 0]]);
  let /** @type {Uint32Array | null} */ before = null;
  return {
    add(/** @type {ImageData} */ image, seconds) {
      const now = new Uint32Array(image.data.buffer.slice(0));
      const [left, top, wide, high] = changed(before, now, width, height), pixels = new Uint32Array(wide * high);
      for (let y = 0; y < high; y++) pixels.set(now.subarray((top + y) * width + left, (top + y) * width + left + wide), y * wide);
      const { colours, indices } = palette(pixels), depth = Math.max(2, Math.ceil(Math.log2(colours.length / 3)));
      const table = new Uint8Array(3 << depth);
      table.set(colours);
      parts.push([0x21, 0xf9, 4, 4], short(Math.round(100 * seconds)), [0, 0], [0x2c], short(left), short(top), short(wide), short(high), [0x80 | (depth - 1)], table, [depth]);
      const data = compress(indices, depth);
      for (let at = 0; at < data.length; at += 255) parts.push([Math.min(255, data.length - at)], data.subarray(at, at + 255));
      parts.push([0]);
      before = now;
    },
    finish: () => new Blob([...parts, [0x3b]].map((part) => Uint8Array.from(part)), { type: "image/gif" }),
  };
}

const bytes = (text) => [...text].map((letter) => letter.charCodeAt(0));
const short = (n) => [n & 255, n >> 8];

// The smallest rectangle with all that is new; one pixel where nothing is.
export function changed(/** @type {Uint32Array | null} */ before, /** @type {Uint32Array} */ now, width, height) {
  if (!before) return [0, 0, width, height];
  let left = width, right = -1, top = height, bottom = -1;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (before[i] === now[i]) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  return right < 0 ? [0, 0, 1, 1] : [left, top, right - left + 1, bottom - top + 1];
}

// Colours are counted by their upper five bits; the most frequent kinds stay, each as its mean, the others become the nearest.
export function palette(/** @type {Uint32Array} */ pixels) {
  const count = new Uint32Array(32768), sums = new Float64Array(3 * 32768);
  const kind = (v) => ((v & 0xf8) << 7) | ((v >> 6) & 0x3e0) | ((v >> 19) & 0x1f);
  for (const v of pixels) {
    const k = kind(v);
    count[k]++;
    sums[3 * k] += v & 255;
    sums[3 * k + 1] += (v >> 8) & 255;
    sums[3 * k + 2] += (v >> 16) & 255;
  }
  const kinds = [...count.keys()].filter((k) => count[k]).sort((a, b) => count[b] - count[a]);
  const mean = (k, c) => sums[3 * k + c] / count[k];
  const colours = kinds.slice(0, MOST_COLOURS).flatMap((k) => [0, 1, 2].map((c) => Math.round(mean(k, c))));
  const place = new Uint8Array(32768);
  kinds.forEach((k, i) => { place[k] = i < MOST_COLOURS ? i : nearest(colours, [0, 1, 2].map((c) => mean(k, c))); });
  return { colours, indices: Uint8Array.from(pixels, (v) => place[kind(v)]) };
}

function nearest(colours, /** @type {number[]} */ [r, g, b]) {
  let best = 0, least = Infinity;
  for (let i = 0; i < colours.length; i += 3) {
    const d = (colours[i] - r) ** 2 + (colours[i + 1] - g) ** 2 + (colours[i + 2] - b) ** 2;
    if (d < least) { least = d; best = i / 3; }
  }
  return best;
}

// LZW as GIF has it: codes grow from depth + 1 bits to twelve, then the table starts again.
export function compress(/** @type {Uint8Array} */ indices, depth) {
  const clear = 1 << depth, out = [];
  let table = new Map(), next = clear + 2, size = depth + 1, hold = 0, held = 0;
  const put = (code) => {
    hold |= code << held;
    for (held += size; held >= 8; held -= 8, hold >>>= 8) out.push(hold & 255);
  };
  put(clear);
  let prefix = indices[0];
  for (let i = 1; i < indices.length; i++) {
    const key = (prefix << 8) | indices[i], known = table.get(key);
    if (known !== undefined) { prefix = known; continue; }
    put(prefix);
    prefix = indices[i];
    if (next < 4096) {
      table.set(key, next++);
      if (next > 1 << size && size < 12) size++;
    } else {
      put(clear);
      table = new Map();
      next = clear + 2;
      size = depth + 1;
    }
  }
  put(prefix);
  put(clear + 1);
  if (held) out.push(hold & 255);
  return Uint8Array.from(out);
}
