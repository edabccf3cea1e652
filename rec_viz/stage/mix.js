// Between two values, and the highest of many.

export const clamp = (v, lo, hi) => Math.min(hi, Math.max(lo, v));
export const mix = (a, b, t) => a + (b - a) * t;
export const smooth = (t) => t * t * (3 - 2 * t);

// The first of n places where a score is highest.
export function highest(n, score) {
  let at = 0;
  for (let i = 1; i < n; i++) if (score(i) > score(at)) at = i;
  return at;
}
