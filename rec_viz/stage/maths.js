// biome-ignore-all lint/correctness/noPrecisionLoss: coefficients as they were published
// The cheap mathematics, for a preview that follows the pointer: the same formulas as rec_core, to which a test holds them.
// A dimension is a row [mean, scale] or [low, high]; logs are natural unless a name says otherwise.

export const HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI);
const LN2 = Math.LN2, DEEPEST = 1e9, SLIVER = 1e-15;

// erfc: below 2 from the series of erf, whose terms are all positive, above from the continued fraction.
export function erfc(x) {
  if (x < 0) return 2 - erfc(-x);
  if (x < 2) {
    let term = x, sum = x;
    for (let k = 1; term > 1e-18 * sum; k++) sum += term *= (2 * x * x) / (2 * k + 1);
    return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  let tail = x;
  for (let k = 80; k >= 1; k--) tail = x + k / 2 / tail;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * tail);
}

const horner = (r, coefficients) => coefficients.reduce((sum, c) => sum * r + c, 0);

// Quantile of N(0,1) at p in (0, 1/2]: Wichura's algorithm AS 241 (1988).
export function normalQuantileLower(p) {
  const q = p - 0.5;
  if (q >= -0.425) {
    const r = 0.180625 - q * q;
    return (q * horner(r, [2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
      1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0]))
      / horner(r, [5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
        5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1]);
  }
  const r = Math.sqrt(-Math.log(p));
  if (r <= 5) {
    return -horner(r - 1.6, [7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0,
      3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0, 1.42343711074968357734e0])
      / horner(r - 1.6, [1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
        6.89767334985100004550e-1, 1.67638483018380384940e0, 2.05319162663775882187e0, 1]);
  }
  return -horner(r - 5, [2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
    2.96560571828504891230e-1, 1.78482653991729133580e0, 5.46378491116411436990e0, 6.65790464350110377720e0])
    / horner(r - 5, [2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
      1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1]);
}

// Left end of interval b of an equal-mass cut of P into n.
export function intervalEdge(family, b, n) {
  if (family === "uniform") return b / n;
  if (b === 0) return -Infinity;
  if (b === n) return Infinity;
  return 2 * b <= n ? normalQuantileLower(b / n) : -normalQuantileLower((n - b) / n);
}

const edgesOf = new Map(); // of the cuts looked at lately: they do not depend on Q

function intervalEdges(family, n) {
  const key = `${family}${n}`;
  if (edgesOf.size > 32) edgesOf.clear();
  if (!edgesOf.has(key)) edgesOf.set(key, Float64Array.from({ length: n + 1 }, (_, b) => intervalEdge(family, b, n)));
  return edgesOf.get(key);
}

const widthOf = (family, [first, second]) => (family === "uniform" ? second - first : second);

export function logRatio(family, row, x) {
  const log = -Math.log(widthOf(family, row));
  if (family === "uniform") return row[0] <= x && x <= row[1] ? log : -Infinity;
  const z = (x - row[0]) / row[1];
  return log + 0.5 * (x - z) * (x + z);
}

// Supremum of the log ratio over [low, high].
export function logSup(family, row, low, high) {
  const log = -Math.log(widthOf(family, row));
  if (family === "uniform") return Math.min(high, row[1]) - Math.max(low, row[0]) > SLIVER ? log : -Infinity;
  const [mean, scale] = row;
  const gap = (1 - scale) * (1 + scale);
  if (gap > 0) {
    const vertex = mean / gap;
    if (low <= vertex && vertex <= high) return log + (0.5 * mean * mean) / gap;
    return logRatio(family, row, vertex < low ? low : high);
  }
  if (gap === 0 && mean === 0) return 0;
  let best = -Infinity;
  for (const end of [low, high]) {
    if (Number.isFinite(end)) best = Math.max(best, logRatio(family, row, end));
    else if (gap < 0 || end * mean > 0) return Infinity;
  }
  return best;
}

export function logNormalCdf(z) {
  if (z > 5) return Math.log1p(-0.5 * erfc(z / Math.SQRT2));
  if (z > -30) return Math.log(0.5 * erfc(-z / Math.SQRT2));
  const y = 1 / (z * z);
  const series = 1 - y * (1 - 3 * y * (1 - 5 * y * (1 - 7 * y * (1 - 9 * y))));
  return -0.5 * z * z - HALF_LOG_2PI - Math.log(-z) + Math.log(series);
}

// ln of the N(0,1) mass of [a, b].
function logNormalMass(a, b) {
  if (a > 0) [a, b] = [-b, -a];
  if (b - a < 1e-4 / (1 + Math.abs(a))) {
    const middle = 0.5 * (a + b);
    return -0.5 * middle * middle - HALF_LOG_2PI + Math.log(Math.max(b - a, 5e-324));
  }
  if (b > 0) return Math.log1p(-0.5 * erfc(-a / Math.SQRT2) - 0.5 * erfc(b / Math.SQRT2));
  const upper = logNormalCdf(b);
  return a === -Infinity ? upper : upper + Math.log1p(-Math.exp(logNormalCdf(a) - upper));
}

export function logMass(family, row, low, high) {
  if (family === "uniform") {
    const overlap = Math.min(high, row[1]) - Math.max(low, row[0]);
    return overlap > SLIVER ? Math.log(overlap) - Math.log(widthOf(family, row)) : -Infinity;
  }
  return logNormalMass((low - row[0]) / row[1], (high - row[0]) / row[1]);
}

function klBits(family, row) {
  const log = -Math.log(widthOf(family, row));
  return (family === "uniform" ? log : log + 0.5 * (row[0] * row[0] - (1 - row[1]) * (1 + row[1]))) / LN2;
}

function logSumExp(values) {
  const top = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return top + Math.log(values.reduce((sum, v) => sum + Math.exp(v - top), 0));
}

// Far bins of a narrow Q have logs without digits: raised as in rec_core, a peak is still a bound and a weight positive.
function lift(logs) {
  const top = logs.reduce((a, b) => Math.max(a, b), -Infinity);
  return top < Infinity ? logs.map((v) => (v > -Infinity ? Math.max(v, top - DEEPEST) : v)) : logs;
}

// One dimension cut into n: its edges and, for every interval, ln of peak ratio, Q mass and bin weight.
function cutDimension(family, row, n, weights) {
  const edges = intervalEdges(family, n);
  const over = (f) => lift(Float64Array.from({ length: n }, (_, b) => f(family, row, edges[b], edges[b + 1])));
  const share = (logs) => { const total = logSumExp(logs); return logs.map((v) => v - total); };
  const logPeak = over(logSup), logTarget = share(over(logMass));
  const logWeight = { peak_ratio: () => share(logPeak), target_mass: () => logTarget, uniform: () => share(new Float64Array(n)) }[weights]();
  return { edges, logPeak, logTarget, logWeight };
}

// E_Q[eps] of this very Q under J bins, eps = max(0, log J - log r(X)), in one or two dimensions: the midpoint rule over
// the standardised sample, whose tails beyond 8 weigh 1e-15.
function overheadBits(family, rows, log2Bins) {
  if (family === "uniform") return Math.max(0, log2Bins - rows.reduce((sum, row) => sum - Math.log2(widthOf(family, row)), 0));
  const steps = rows.length === 1 ? 4000 : 240, width = 16 / steps;
  const laws = rows.map(([mean, scale]) => Array.from({ length: steps }, (_, i) => {
    const z = -8 + (i + 0.5) * width, x = mean + scale * z;
    return [-Math.log(scale) + 0.5 * (x - z) * (x + z), width * Math.exp(-0.5 * z * z - HALF_LOG_2PI)];
  }));
  const short = (law, level) => law.reduce((sum, [log, share]) => sum + share * Math.max(0, level - log), 0);
  const level = log2Bins * LN2, [first, second] = laws;
  return (second ? first.reduce((sum, [log, share]) => sum + share * short(second, level - log), 0) : short(first, level)) / LN2;
}

function boundBits(informationBits, log2Bins, overhead) {
  const total = informationBits + overhead;
  return total + Math.log2(Math.max(total - log2Bins, 0) + 2) + 2;
}

// Everything a preview says of a problem in at most two dimensions under a partition and its weights.
export function previewProblem(family, rows, intervals, weights) {
  const cuts = rows.map((row, d) => cutDimension(family, row, intervals[d], weights));
  const add = (f) => rows.reduce((sum, row, d) => sum + f(row, d), 0);
  const bits = rows.map((row) => klBits(family, row));
  const log2Bins = add((_, d) => Math.log2(intervals[d]));
  const [low, high] = family === "uniform" ? [0, 1] : [-Infinity, Infinity];
  const kl = add((row) => klBits(family, row));
  const reach = (d) => cuts[d].logPeak.reduce((top, v, b) => (v > -Infinity ? Math.max(top, v - cuts[d].logWeight[b]) : top), -Infinity);
  const information = bits.map((v) => Math.max(0, v));
  const overhead = log2Bins > 0 ? overheadBits(family, rows, log2Bins) : 0;
  return {
    cuts, log2Bins, kl_bits: kl,
    d_inf_bits: add((row) => logSup(family, row, low, high)) / LN2,
    upper_sum_bits: add((_, d) => logSumExp(cuts[d].logPeak)) / LN2 - log2Bins,
    log2_sup_ratio: add((_, d) => reach(d)) / LN2 - log2Bins,
    overhead_bits: overhead,
    bound_bits: boundBits(information.reduce((a, b) => a + b, 0), log2Bins, overhead),
  };
}
