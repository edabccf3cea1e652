// The stage: plays back one search, or up to three side by side, that Python has already run.
// Python ships the whole search as a "scene"; from then on everything here is local: play, step, scrub, hover, keys.

// ---------------------------------------------------------------- decode

const ARRAY_TYPES = { f4: Float32Array, f8: Float64Array, i4: Int32Array };

function decode(value) {
  if (Array.isArray(value)) return value.map(decode);
  if (value === null || typeof value !== "object") return value;
  if (typeof value.b64 === "string" && value.t in ARRAY_TYPES) {
    const bytes = Uint8Array.from(atob(value.b64), (c) => c.charCodeAt(0));
    return new ARRAY_TYPES[value.t](bytes.buffer, 0, value.n);
  }
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, decode(item)]));
}

function decodeScene(data) {
  const scene = decode(data);
  scene.lanes = scene.lanes.map((lane, i) => prepareLane(lane, scene, (scene.receiver || [])[i]));
  for (const lane of scene.lanes) {
    lane.radii = dotRadii(lane);
    lane.improvements = Array.from(lane.best.keys()).filter((e) => lane.best[e] === e && Number.isFinite(lane.race[e]));
  }
  scene.partitioned = scene.lanes.some((lane) => lane.partitioned);
  scene.timeline = buildTimeline(scene.lanes);
  return scene;
}

function prepareLane(lane, scene, receiver) {
  const dim = scene.problem.dim;
  const intervals = Array.from(lane.intervals || new Array(dim).fill(1));
  const offsets = [0];
  for (const n of intervals) offsets.push(offsets[offsets.length - 1] + n);
  const sup = 2 ** lane.log2_sup_ratio;
  const winTime = lane.race[lane.winner];
  const lastArrival = lane.arrival[lane.num_events - 1];
  // With the best weights all bins stop at one height: a single line says so better than many.
  const perBin = lane.stopping === "per_bin" && lane.partitioned && Boolean(lane.bin_stop)
    && Math.max(...lane.bin_stop) > 1.01 * Math.min(...lane.bin_stop);
  const budget = lane.method === "orc" ? lane.stop_time ?? lastArrival : null;
  const stop = budget ?? winTime * sup;
  // A bin that Q hardly touches can have a stop line far above the rest: the last arrival sets the scale instead.
  const top = perBin ? Math.max(lastArrival, winTime * 2 ** lane.log2_ratio[lane.winner] * 1.2) : Math.max(stop, lastArrival);
  return {
    ...lane, dim, intervals, offsets, sup, winTime, perBin, budget, receiver,
    stop, timeTop: top * 1.14, count: lane.num_events, hasGrid: Boolean(lane.edges && lane.weights_by_dim),
  };
}

const binOf = (lane, e, d) => lane.bin[e * lane.dim + d];
const sameBin = (lane, a, b) => lane.intervals.every((_, d) => binOf(lane, a, d) === binOf(lane, b, d));
const ratioOf = (lane, e) => 2 ** lane.log2_ratio[e];
const clamp = (v, lo, hi) => Math.min(hi, Math.max(lo, v));
const mix = (a, b, t) => a + (b - a) * t;
const smooth = (t) => t * t * (3 - 2 * t);

// ---------------------------------------------------------------- timeline

const SLOW_CANDIDATES = 12, SLOW_SECONDS = 0.45, FAST_SECONDS = 6.5, POP_SECONDS = 0.35;
const TWEEN = { densities: 0.8, cut: 1.2, reweight: 1.2, candidate: POP_SECONDS, winner: 1.6, message: 1.6, decoded: 0.7 };
const HOLD = { glance: 0, densities: 1.8, cut: 2.0, reweight: 2.2, winner: 2.6, message: 2.6, decoded: 1.0 };

function buildTimeline(lanes) {
  const most = Math.max(...lanes.map((lane) => lane.count));
  const lead = lanes.some((lane) => lane.partitioned) ? ["glance", "densities", "cut", "reweight"] : ["glance", "densities"];
  const first = lead.length;
  const length = first + most + 3;
  const starts = new Float64Array(length + 1);
  const kind = (i) => i < first ? lead[i] : i < first + most ? "candidate" : ["winner", "message", "decoded"][i - first - most];
  const seconds = candidateSeconds(most);
  for (let i = 0; i < length; i++) {
    starts[i + 1] = starts[i] + (kind(i) === "candidate" ? seconds(i - first + 1) : HOLD[kind(i)]);
  }
  return { first, most, last: length - 1, starts, kind, seenAt: (i) => clamp(i - first + 1, 0, most) };
}

// The first dozen are slow enough to follow; the rest speed up as a power law towards an even rain, all of them within FAST_SECONDS.
function candidateSeconds(most) {
  const even = Math.min(SLOW_SECONDS, (0.5 * FAST_SECONDS) / most);
  const seconds = (k, power) => k <= SLOW_CANDIDATES ? SLOW_SECONDS : Math.max(even, SLOW_SECONDS * (SLOW_CANDIDATES / k) ** power);
  const tooLong = (power) => {
    let sum = 0;
    for (let k = SLOW_CANDIDATES + 1; k <= most; k++) sum += seconds(k, power);
    return sum > FAST_SECONDS;
  };
  let lo = 0, hi = tooLong(0) ? 8 : 0;
  for (let i = 0; i < 20 && hi > 0; i++) tooLong((lo + hi) / 2) ? (lo = (lo + hi) / 2) : (hi = (lo + hi) / 2);
  return (k) => seconds(k, hi);
}

function stepAt(timeline, time) {
  let lo = 0, hi = timeline.last;
  while (lo < hi) {
    const mid = (lo + hi + 1) >> 1;
    if (timeline.starts[mid] <= time) lo = mid; else hi = mid - 1;
  }
  return lo;
}

// ---------------------------------------------------------------- captions

const plain = (text) => text.replace(/-/g, "−");
const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const superscript = (n) => (n < 0 ? "⁻" : "") + [...String(Math.abs(n))].map((d) => SUPERSCRIPT[d]).join("");

const GROUPED = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 6 }); // made once: toLocaleString is slow

function fmt(v, digits = 3) {
  if (Number.isNaN(v)) return "undefined";
  if (!Number.isFinite(v)) return v > 0 ? "infinite" : "−infinite";
  const size = Math.abs(v);
  if (size !== 0 && (size >= 1e6 || size < 1e-3)) {
    const [m, e] = v.toExponential(1).split("e");
    return plain(`${m} × 10`) + superscript(Number(e));
  }
  return plain(GROUPED.format(Number(v.toPrecision(digits))));
}

const whole = (n) => GROUPED.format(n);
const count = (n, noun) => `${whole(n)} ${noun}${Number(n) === 1 ? "" : "s"}`;
const point = (x) => {
  const shown = Array.from(x).slice(0, 4).map((v) => fmt(v));
  if (x.length === 1) return shown[0];
  return `(${shown.join(", ")}${x.length > 4 ? ", …" : ""})`;
};
const sampleOf = (lane, e) => lane.x.subarray(e * lane.dim, (e + 1) * lane.dim);

function binName(lane, e) {
  const cut = lane.intervals.map((n, d) => d).filter((d) => lane.intervals[d] > 1);
  const parts = cut.slice(0, 4).map((d) => binOf(lane, e, d) + 1);
  return cut.length === 1 ? `bin ${parts[0]}` : `bin (${parts.join(", ")}${cut.length > 4 ? ", …" : ""})`;
}

const numBins = (lane) => lane.num_bins_text.replace(/\^(\d+)/, (_, n) => superscript(Number(n)));
const winnerName = (lane) => lane.partitioned
  ? `candidate ${whole(lane.message.index)} of ${binName(lane, lane.winner)}`
  : `candidate ${whole(lane.position[lane.winner])}`;

function laneCaption(scene, lane, step) {
  const { timeline } = scene;
  const kind = timeline.kind(step);
  if (kind === "candidate") return candidateCaption(lane, step - timeline.first);
  const won = `race time ${fmt(lane.winTime)}`;
  switch (kind) {
    case "glance":
      return `The search looked at ${count(lane.examined, "candidate")}; ${winnerName(lane)} wins with the smallest race time `
        + `(arrival time ÷ ratio), ${fmt(lane.winTime)}, so only ${lane.partitioned ? "its bin and its number there are" : "its number is"} sent: ${fmt(lane.message.length_bits)} bits.`;
    case "densities":
      return `Both sides can draw from P; only the sender knows Q, from which one sample must reach the receiver, and Q is ${fmt(scene.problem.kl_bits)} bits away from P.`;
    case "cut":
      return lane.partitioned ? `The space is cut into ${numBins(lane)} bins which P hits equally often.`
        : "This method leaves the space whole.";
    case "reweight":
      return lane.partitioned ? reweightCaption(lane) : "Its candidates keep coming from P itself.";
    case "winner":
      return (lane.budget === null
        ? `No candidate above the stop line can win, so the search stops after ${count(lane.examined, "candidate")}; `
        : `All ${count(lane.examined, "candidate")} of the budget have been seen; `)
        + (scene.view === "race" ? `grown from the floor, the curve touches ${winnerName(lane)} first, at ${won}.`
          : `${winnerName(lane)} has the smallest race time, ${fmt(lane.winTime)}, and wins.`);
    case "message":
      return lane.partitioned
        ? `The message names the bin (${fmt(lane.message.bin_length_bits)} bits) and how many candidates of that bin came up to the winner, `
          + `${whole(lane.message.index)} (${fmt(lane.message.index_length_bits)} bits).`
        : `The message is one number: the winner was candidate ${whole(lane.message.index)}, which takes ${fmt(lane.message.length_bits)} bits.`;
    default:
      return `From the shared seed and the message alone the receiver draws ${winnerName(lane)}: x = ${point(lane.receiver?.x ?? sampleOf(lane, lane.winner))}, the same sample.`;
  }
}

function reweightCaption(lane) {
  const share = (lane.weights_by_dim && lane.intervals.filter((n) => n > 1).length === 1)
    ? lane.weights_by_dim.reduce((top, w, i) => (w < 1 && w > top.w ? { w, i } : top), { w: 0, i: 0 }) : null;
  if (!share || !share.w) return "Bins where Q is high are given more weight: candidates will come from P′ instead of P.";
  const d = lane.intervals.findIndex((n) => n > 1);
  return `Bins where Q is high are given more weight: P becomes P′, and bin ${share.i - lane.offsets[d] + 1} alone now gets ${fmt(share.w * 100, 2)}% of the candidates.`;
}

function candidateCaption(lane, e) {
  if (e >= lane.count) {
    return lane.budget === null ? `Stopped after ${count(lane.examined, "candidate")}: no later one can win.`
      : `Stopped: all ${count(lane.examined, "candidate")} of the budget have been seen.`;
  }
  const where = lane.partitioned ? `in ${binName(lane, e)} ` : "";
  const start = `Candidate ${whole(lane.position[e])} arrives ${where}at time ${fmt(lane.arrival[e])}: `;
  const race = lane.race[e];
  if (!Number.isFinite(race)) return `${start}Q is ${lane.log2_ratio[e] === -Infinity ? "zero" : "vanishingly small"} there, so it cannot win.`;
  if (e === 0) return `${start}${fmt(lane.arrival[e])} ÷ ratio ${fmt(ratioOf(lane, e))} gives race time ${fmt(race)}, the one to beat.`;
  const before = lane.race[lane.best[e - 1]];
  if (lane.best[e] !== e && race > 1e6) return `${start}Q is so low there that its race time, over a million, is far from the best so far, ${fmt(before)}.`;
  return `${start}race time ${fmt(race)} ${lane.best[e] === e ? "beats" : "does not beat"} the best so far, ${fmt(before)}.`;
}

function sceneCaption(scene, step) {
  if (scene.lanes.length === 1) return laneCaption(scene, scene.lanes[0], step);
  const { timeline } = scene;
  const searches = `${["", "", "Two", "Three"][scene.lanes.length] || scene.lanes.length} searches`;
  switch (timeline.kind(step)) {
    case "glance":
      return `${searches} for one sample of the same target Q looked at `
        + scene.lanes.map((lane) => whole(lane.examined)).join(" and ").replace(" and ", scene.lanes.length > 2 ? ", " : " and ") + " candidates.";
    case "candidate": {
      const k = step - timeline.first + 1;
      const done = scene.lanes.filter((lane) => lane.count < k).length;
      return `Candidate ${whole(k)} of each search` + (done ? ` that still runs; ${done} of the ${scene.lanes.length} ${done === 1 ? "has" : "have"} stopped.` : ".");
    }
    case "densities": return laneCaption(scene, scene.lanes[0], step);
    case "cut": return "Partitioned searches cut the space into bins which P hits equally often.";
    case "reweight": return "They then give more weight to the bins where Q is high.";
    case "winner": return "In each search the candidate with the smallest race time (arrival time ÷ ratio) wins.";
    case "message": return "Each message says which candidate won, and nothing else.";
    default: return "From the shared seed and its message alone, every receiver draws the very sample its sender chose.";
  }
}

function candidateFacts(lane, e) {
  const facts = [`Candidate ${whole(lane.position[e])}${e === lane.winner ? ", the winner" : ""}`];
  if (lane.partitioned) facts.push(`${binName(lane, e)}, number ${whole(lane.local[e])} in it`);
  facts.push(`x = ${point(sampleOf(lane, e))}`, `arrival time ${fmt(lane.arrival[e])}`,
    `ratio ${fmt(ratioOf(lane, e))}`, `race time ${fmt(lane.race[e])}`);
  return facts.join("\n");
}

// ---------------------------------------------------------------- colour and drawing helpers

const probe = document.createElement("canvas").getContext("2d");

function rgb(colour, fallback = "#808080") {
  probe.fillStyle = fallback;
  if (colour) probe.fillStyle = colour.trim();
  const text = probe.fillStyle;
  if (text.startsWith("#")) return [1, 3, 5].map((i) => parseInt(text.slice(i, i + 2), 16));
  return text.match(/[\d.]+/g).slice(0, 3).map(Number);
}

const css = ([r, g, b], alpha = 1) => `rgba(${r | 0},${g | 0},${b | 0},${alpha})`;

function luminance(c) {
  const [r, g, b] = c.map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [hi, lo] = [luminance(a), luminance(b)].sort((m, n) => n - m);
  return (hi + 0.05) / (lo + 0.05);
}

// Role colours are chosen for marks (3:1); small text needs 4.5:1, so lean towards the text colour until it has that.
function legible(colour, text, background, wanted = 4.8) {
  let out = colour;
  for (let t = 0; t <= 1 && contrast(out, background) < wanted; t += 0.1) out = colour.map((v, i) => mix(v, text[i], t));
  return out;
}

const ROLES = ["p", "q", "heuristic", "candidate", "best", "winner", "bound"];

function readTheme(root, colors) {
  const style = getComputedStyle(root);
  const bg = rgb(style.getPropertyValue("--st-background-color"), "#ffffff");
  const text = rgb(style.getPropertyValue("--st-text-color"), "#1f2328");
  const dark = luminance(bg) < 0.3;
  const palette = (colors || {})[dark ? "dark" : "light"] || {};
  const theme = { bg, text, dark, font: style.fontFamily, muted: text.map((v, i) => mix(v, bg[i], 0.26)), ink: {} };
  for (const role of ROLES) {
    theme[role] = rgb(palette[role], "#808080");
    theme.ink[role] = legible(theme[role], text, bg);
  }
  theme.name = JSON.stringify([bg, text, theme.font, palette]);
  return theme;
}

const font = (theme, size, weight = 400) => `${weight} ${size}px ${theme.font}`;

function write(ctx, theme, text, x, y, { colour = theme.muted, size = 12, weight = 400, align = "left", halo = true, alpha = 1 } = {}) {
  ctx.font = font(theme, size, weight);
  ctx.textAlign = align;
  ctx.globalAlpha = alpha;
  if (halo) {
    ctx.lineJoin = "round";
    ctx.lineWidth = 4;
    ctx.strokeStyle = css(theme.bg, 0.9);
    ctx.strokeText(text, x, y);
  }
  ctx.fillStyle = css(colour);
  ctx.fillText(text, x, y);
  ctx.globalAlpha = 1;
}

function line(ctx, points, colour, width = 1, dash = []) {
  ctx.beginPath();
  points.forEach(([x, y], i) => (i ? ctx.lineTo(x, y) : ctx.moveTo(x, y)));
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.setLineDash(dash);
  ctx.stroke();
  ctx.setLineDash([]);
}

function disc(ctx, x, y, r, colour) {
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 7);
  ctx.fillStyle = colour;
  ctx.fill();
}

function ring(ctx, theme, x, y, r) {
  for (const [colour, width] of [[css(theme.bg), 5], [css(theme.best), 2.5]]) {
    ctx.beginPath();
    ctx.arc(x, y, r, 0, 7);
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.stroke();
  }
}

function star(ctx, theme, x, y, r) {
  ctx.beginPath();
  for (let i = 0; i < 10; i++) {
    const a = -Math.PI / 2 + (i * Math.PI) / 5, s = i % 2 ? r * 0.45 : r;
    ctx.lineTo(x + s * Math.cos(a), y + s * Math.sin(a));
  }
  ctx.closePath();
  ctx.lineJoin = "round";
  ctx.lineWidth = 4;
  ctx.strokeStyle = css(theme.bg);
  ctx.stroke();
  ctx.fillStyle = css(theme.winner);
  ctx.fill();
}

// Puts a label where it hides the fewest candidates and no other label. All candidates count, seen or not, so it never hops.
function place(view, text, options, { size = 12, weight = 400, ...style } = {}) {
  const { ctx, theme, lane } = view;
  ctx.font = font(theme, size, weight);
  const width = ctx.measureText(text).width;
  let best = null;
  for (const [order, [x, y, align = "left"]] of options.entries()) {
    const wanted = align === "left" ? x : align === "right" ? x - width : x - width / 2;
    const x0 = clamp(wanted, view.left + 2, Math.max(view.left + 2, view.right - width - 2));
    const box = [x0 - 2, y - size, x0 + width + 2, y + 4];
    let cost = 0.4 * order + Math.abs(x0 - wanted) / 4; // pushed back in by the edge, it would cover what it names
    for (const other of view.taken) if (box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]) cost += 1000;
    if (box[1] < 0) cost += 500;
    const n = Math.min(lane.count, 600);
    for (let e = 0; e < n; e++) if (view.px[e] > box[0] && view.px[e] < box[2] && view.py[e] > box[1] && view.py[e] < box[3]) cost += 1;
    if (!best || cost < best.cost) best = { cost, box, x: x0, y };
  }
  view.taken.push(best.box);
  write(ctx, theme, text, best.x, best.y, { size, weight, ...style, align: "left" });
}

function niceTicks(lo, hi, target) {
  const raw = (hi - lo) / Math.max(1, target);
  const base = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * base).find((s) => s >= raw);
  const ticks = [];
  for (let v = Math.ceil(lo / step) * step; v <= hi + step * 1e-6; v += step) ticks.push(Math.abs(v) < step * 1e-6 ? 0 : v);
  return ticks;
}

function dotRadii(lane) {
  const base = lane.count > MANY ? 1.3 : lane.count > 300 ? 1.8 : 2.6;
  return Float32Array.from({ length: lane.count }, (_, e) => base + base * 0.9 * Math.sqrt(clamp(ratioOf(lane, e) / lane.sup, 0, 1)));
}

// ---------------------------------------------------------------- settled candidates, drawn once

// Thousands of dots are stamped on a second canvas as they settle; a frame then copies that canvas.
function settle(view, upTo, stamp) {
  const { layer } = view;
  if (layer.done > upTo) {
    layer.ctx.clearRect(0, 0, view.width, view.height);
    layer.done = 0;
  }
  for (; layer.done < upTo; layer.done++) if (view.py[layer.done] > -20) stamp(layer.ctx, layer.done);
}

const MANY = 1500;

// Stamping thousands of dots anew for each frame of a zoom is too slow: stretch the old layer until the zoom has settled.
function showZoomed(view, pose, alpha) {
  const { ctx, layer, floor } = view;
  const stretch = view.layerTop / view.timeTop;
  if (stretch === 1) return showLayer(view, alpha);
  ctx.globalAlpha = alpha;
  ctx.drawImage(layer.canvas, 0, floor * (1 - stretch), view.width, view.height * stretch);
  const stamp = stampDot(view);
  for (let e = layer.done; e < pose.settled; e++) stamp(ctx, e);
  ctx.globalAlpha = 1;
}

function showLayer(view, alpha) {
  if (alpha <= 0 || !view.layer.done) return;
  view.ctx.globalAlpha = alpha;
  view.ctx.drawImage(view.layer.canvas, 0, 0, view.width, view.height);
  view.ctx.globalAlpha = 1;
}

function stampDot(view) {
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
function drawBackdrop(view, pose, paint) {
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

function drawArrivals(view, pose, draw) {
  for (const { e, age } of pose.fresh) {
    const t = smooth(clamp(age / POP_SECONDS, 0, 1));
    draw(e, t);
  }
}

function popDot(view, e, t) {
  const { ctx, theme } = view;
  const x = view.px[e], y = view.py[e];
  ctx.globalAlpha = 1 - t;
  ctx.beginPath();
  ctx.arc(x, y, 4 + 14 * t, 0, 7);
  ctx.strokeStyle = css(theme.candidate);
  ctx.lineWidth = 1.5;
  ctx.stroke();
  ctx.globalAlpha = 1;
  disc(ctx, x, y - 26 * (1 - t) * (1 - t), view.lane.radii[e] + 1.2 * (1 - t), css(theme.candidate));
}

// ---------------------------------------------------------------- draw: race view

function layoutRace(view) {
  const { lane, scene, width, height } = view;
  const narrow = width < 480;
  view.narrow = narrow;
  view.left = narrow ? 34 : 42;
  view.right = width - (narrow ? 6 : 12);
  view.top = 22;
  view.bottom = height - 22;
  view.strip = clamp(height * 0.19, 52, 88);
  const foot = scene.partitioned ? 40 : 10;
  view.floor = view.bottom - view.strip - foot;
  const [lo, hi] = scene.problem.range[0];
  view.X = (x) => mix(view.left, view.right, (clamp(x, lo, hi) - lo) / (hi - lo));
  view.timeTop = view.layerTop = 0;
  view.closeTop = lane.budget === null ? lane.timeTop : closeTop(scene, lane);
  view.Y = (t) => view.floor - (t / view.timeTop) * (view.floor - view.top);
  for (let e = 0; e < lane.count; e++) view.px[e] = view.X(lane.x[e]);
  view.gx = Float64Array.from(scene.grid.x, view.X);
  view.edges = lane.hasGrid && lane.partitioned ? Array.from(lane.edges, view.X) : null;
}

// A budget may end far above the curve. The picture starts close to what decides the race, doubles its scale
// whenever time runs out of it, and closes in again when the search is over.
function closeTop(scene, lane) {
  const { q } = scene.grid;
  const most = q.reduce((a, b) => Math.max(a, b), 0);
  const ratio = lane.grid_ratio.reduce((top, r, i) => (q[i] > 0.05 * most ? Math.max(top, r) : top), 0);
  return Math.min(lane.timeTop, Math.max(1.9 * lane.winTime * ratio, 1.3 * lane.arrival[lane.winner]));
}

function zoomRace(view, pose) {
  const { lane } = view;
  if (pose.top !== view.timeTop) {
    view.timeTop = pose.top;
    for (let e = 0; e < lane.count; e++) view.py[e] = view.Y(lane.arrival[e]);
  }
  if (view.layerTop === view.timeTop || (lane.count > MANY && pose.zooming)) return;
  view.layerTop = view.timeTop;
  view.layer.done = Infinity;
}

function drawRace(view, pose) {
  const { ctx } = view;
  const race = 1 - smooth(pose.big);
  drawBackdrop(view, pose, paintRace);
  if (race > 0.02) {
    drawTimeAxis(view, race);
    ctx.save();
    ctx.beginPath();
    ctx.rect(view.left, view.top - 5, view.right - view.left, view.floor - view.top + 5.5);
    ctx.clip();
    drawCurve(view, pose, race);
    showZoomed(view, pose, race * mix(mix(1, 0.8, pose.final), 0.22, pose.decoded));
    drawArrivals(view, pose, (e, t) => popDot(view, e, t));
    ctx.restore();
    drawStopLine(view, pose, race);
  }
  if (race > 0.9) {
    drawBest(view, pose);
    if (view.edges && view.edges.length <= 33) drawLocalCounts(view, pose);
    drawRaceLabels(view, pose);
  }
}

function paintRace(view, pose) {
  const race = 1 - smooth(pose.big);
  if (view.edges) drawBins(view, pose, race);
  drawDensities(view, pose);
  drawValueAxis(view);
}

function drawTimeAxis(view, alpha) {
  const { ctx, theme } = view;
  for (const t of niceTicks(0, view.timeTop, (view.floor - view.top) / 56)) {
    const y = view.Y(t);
    if (y < view.top - 4) continue;
    line(ctx, [[view.left, y], [view.right, y]], css(theme.text, (t ? 0.1 : 0.55) * alpha), 1);
    write(ctx, theme, t < 1e4 ? fmt(t) : `${whole(t / 1000)}k`, view.left - 6, y + 4, { size: 11, align: "right", halo: false, alpha });
  }
  write(ctx, theme, "↑ arrival time", 0, 12, { size: 12, alpha });
  view.taken.push([0, 0, 84, 16]);
}

function drawValueAxis(view) {
  const { ctx, theme, scene } = view;
  const [lo, hi] = scene.problem.range[0];
  line(ctx, [[view.left, view.bottom], [view.right, view.bottom]], css(theme.text, 0.55), 1);
  for (const x of niceTicks(lo, hi, (view.right - view.left) / 70)) {
    line(ctx, [[view.X(x), view.bottom], [view.X(x), view.bottom + 4]], css(theme.text, 0.55), 1);
    write(ctx, theme, fmt(x), view.X(x), view.bottom + 17, { size: 11, align: "center", halo: false });
  }
  write(ctx, theme, "x", view.left - 10, view.bottom + 17, { size: 12, align: "right", halo: false });
}

// Stripes: equal shading once the space is cut, shading by weight once it is reweighted; the weights also hang below the floor as bars.
function drawBins(view, pose, race) {
  const { ctx, theme, lane, edges } = view;
  const n = edges.length - 1;
  const top = Math.max(...lane.weights_by_dim);
  const lit = lane.bin[lane.winner];
  const weigh = smooth(pose.weigh);
  const ceiling = view.top - 6;
  const floor = mix(view.floor, view.bottom, smooth(pose.big));
  for (let b = 0; b < n; b++) {
    const x0 = edges[b], w = edges[b + 1] - x0;
    // Edges sweep in from left to right: each bin has its own little share of the animation.
    const own = smooth(clamp(pose.cut * 2 - b / n, 0, 1));
    if (own <= 0) continue;
    const share = mix(0.45, lane.weights_by_dim[b] / top, weigh);
    const won = b === lit ? pose.lit : 0;
    const tint = theme.heuristic.map((v, i) => mix(v, theme.winner[i], won));
    ctx.fillStyle = css(tint, own * mix(0.02 + 0.15 * share, 0.13, won));
    ctx.fillRect(x0, mix(floor, ceiling, own), w, (floor - ceiling) * own);
    if (race > 0) {
      ctx.fillStyle = css(tint, race * own);
      ctx.fillRect(x0 + 0.5, view.floor + 1, Math.max(w - 1, 0.5), Math.max(0.5, 14 * share));
    }
    if (b > 0) line(ctx, [[x0, floor], [x0, mix(floor, ceiling, own)]], css(theme.heuristic, 0.5 * own * clamp(w / 8, 0.06, 1)), 1);
  }
}

function drawLocalCounts(view, pose) {
  const { ctx, theme, lane, edges } = view;
  const counts = new Array(edges.length - 1).fill(0);
  for (let e = 0; e < pose.seen; e++) counts[lane.bin[e]] = Math.max(counts[lane.bin[e]], lane.local[e]);
  const lit = lane.bin[lane.winner];
  counts.forEach((c, b) => {
    const w = edges[b + 1] - edges[b];
    const mine = b === lit && pose.lit > 0.5;
    const text = mine ? String(lane.message.index) : c ? String(c) : "·";
    ctx.font = font(theme, 11);
    if (ctx.measureText(text).width + 2 > w && !mine) return;
    write(ctx, theme, text, edges[b] + w / 2, view.floor + 28, {
      size: mine ? 13 : 11, weight: mine ? 700 : 400, align: "center", halo: mine, colour: mine ? theme.ink.winner : theme.muted });
  });
  if (view.narrow) return;
  write(ctx, theme, "weight", view.left - 5, view.floor + 14, { size: 11, align: "right", halo: false });
  write(ctx, theme, "count", view.left - 5, view.floor + 28, { size: 11, align: "right", halo: false });
}

// The curve holds every point with one and the same race time s: height s × ratio. Growing it from the floor, the first candidate it meets wins.
function drawCurve(view, pose, alpha) {
  const { ctx, theme, lane } = view;
  const s = pose.level;
  if (!(s > 0) || !Number.isFinite(s)) return;
  const n = view.gx.length;
  const touch = pose.best >= 0 ? { x: view.px[pose.best], y: view.Y(s * ratioOf(lane, pose.best)) } : null;
  const path = new Path2D();
  path.moveTo(view.gx[0], view.floor);
  for (let i = 0; i < n; i++) {
    // The grid may step over a narrow peak: let the curve pass exactly through the candidate it touches.
    if (touch && i > 0 && view.gx[i - 1] <= touch.x && touch.x < view.gx[i]) path.lineTo(touch.x, Math.max(touch.y, -40));
    path.lineTo(view.gx[i], Math.max(view.Y(s * lane.grid_ratio[i]), -40));
  }
  path.lineTo(view.gx[n - 1], view.floor);
  const sweep = view.Y(pose.sweep);
  const fill = (y0, y1, strength) => {
    if (y1 <= y0) return;
    ctx.save();
    ctx.beginPath();
    ctx.rect(view.left, y0, view.right - view.left, y1 - y0);
    ctx.clip();
    ctx.fillStyle = css(theme.q, strength * alpha);
    ctx.fill(path);
    ctx.restore();
  };
  // Above the sweep line and under the curve is the only place where a new best can still land.
  fill(-40, sweep, mix(0.34, 0.2, pose.final));
  fill(sweep, view.floor, mix(0.13, 0.2, pose.final));
  ctx.strokeStyle = css(theme.q, alpha);
  ctx.lineWidth = clamp(2 * Math.sqrt(12 / lane.intervals[0]), 0.5, 2);
  ctx.lineJoin = "round";
  ctx.stroke(path);
}

function stopHeights(view, s) {
  const { lane } = view;
  if (lane.budget !== null) return [[view.left, view.right, view.Y(lane.budget)]];
  if (lane.perBin && view.edges) {
    return Array.from(lane.bin_stop, (t, b) => [view.edges[b], view.edges[b + 1], view.Y((t * s) / lane.winTime)]);
  }
  return [[view.left, view.right, view.Y(s * lane.sup)]];
}

function drawStopLine(view, pose, alpha) {
  const { ctx, theme, lane } = view;
  if (pose.searching && pose.sweep > 0) {
    const y = view.Y(pose.sweep);
    line(ctx, [[view.left, y], [view.right, y]], css(theme.text, 0.5 * alpha * (1 - pose.final)), 1);
  }
  if (!Number.isFinite(pose.level) || pose.level <= 0) { if (lane.budget === null || !pose.searching) return; }
  for (const [x0, x1, y] of stopHeights(view, pose.stopLevel)) {
    if (y < view.top - 16 || !Number.isFinite(y)) continue;
    line(ctx, [[x0, y], [x1, y]], css(theme.bound, alpha), 2, [7, 5]);
  }
}

function drawBest(view, pose) {
  const { ctx, theme, lane } = view;
  if (pose.decoded > 0.3) drawReceived(view, pose);
  if (pose.best < 0) return;
  const x = view.px[pose.best], y = view.py[pose.best];
  const won = pose.final > 0.5 && pose.best === lane.winner && pose.touched;
  if (won) {
    line(ctx, [[x, y + 8], [x, view.bottom + 3]], css(theme.winner), 1.5, [2, 3]);
    star(ctx, theme, x, y, 10);
    const text = `x = ${point(sampleOf(lane, lane.winner))}`;
    ctx.font = font(theme, 12, 600);
    const w = ctx.measureText(text).width, cx = clamp(x, view.left + w / 2, view.right - w / 2);
    ctx.fillStyle = css(theme.bg);
    ctx.fillRect(cx - w / 2 - 4, view.bottom + 3, w + 8, 18);
    write(ctx, theme, text, cx, view.bottom + 17, { size: 12, weight: 600, align: "center", colour: theme.ink.winner, halo: false });
  } else if (pose.freshBest < 1) {
    ring(ctx, theme, x, y, mix(16, lane.radii[pose.best] + 4, smooth(pose.freshBest)));
  } else {
    ring(ctx, theme, x, y, lane.radii[pose.best] + 4);
  }
}

// What the receiver regenerates: the candidates of the winner's bin, counted up to the index in the message.
function drawReceived(view, pose) {
  const { ctx, theme, lane } = view;
  const few = lane.message.index <= 30;
  for (let e = 0; e < lane.winner; e++) {
    if (lane.partitioned && !sameBin(lane, e, lane.winner)) continue;
    disc(ctx, view.px[e], view.py[e], lane.radii[e], css(theme.candidate));
    if (few) write(ctx, theme, String(lane.partitioned ? lane.local[e] : lane.position[e]), view.px[e] + 6, view.py[e] - 5, { size: 11 });
  }
}

function drawRaceLabels(view, pose) {
  const { ctx, theme, lane, narrow } = view;
  const won = pose.final > 0.5 && pose.touched;
  if (Number.isFinite(pose.level) && pose.level > 0) {
    const [x0, x1, y] = stopHeights(view, pose.stopLevel).find(([, , h]) => h > view.top - 6) || [];
    if (y !== undefined) {
      const text = lane.budget !== null ? `budget: ${count(lane.num_candidates ?? lane.examined, "candidate")}`
        : narrow || lane.perBin ? "stop line" : "stop line: no candidate above it can win";
      const at = y - 6 < view.top - 4 ? y + 15 : y - 6;
      view.taken.push([x0, y - 2, x1, y + 2]);
      place(view, text, lane.perBin ? [[(x0 + x1) / 2, at, "center"]] : [[view.left + 6, at], [view.right - 4, at, "right"]], { colour: theme.ink.bound, weight: 600 });
    } else {
      const above = lane.budget === null ? "stop line: above the picture ↑" : pose.searching ? `budget: ${count(lane.num_candidates ?? lane.examined, "candidate")} ↑`
        : `${count(lane.arrival.reduce((n, t) => n + (t > view.timeTop), 0), "more candidate")} above ↑`;
      place(view, above, [[view.right - 4, 12, "right"]], { colour: theme.ink.bound });
    }
  }
  if (pose.searching && pose.sweep > 0 && pose.seen < lane.count) {
    const y = view.Y(pose.sweep);
    place(view, "now", [[view.right - 4, y - 5, "right"], [view.left + 4, y - 5]], {});
  }
  if (won) {
    const x = view.px[lane.winner], y = view.py[lane.winner];
    const text = pose.decoded > 0.5 ? "receiver: same sample"
      : lane.partitioned ? `winner: ${binName(lane, lane.winner)}, number ${whole(lane.message.index)}` : `winner: candidate ${whole(lane.message.index)}`;
    // Outwards from the curve's peak there is usually room.
    const peak = view.gx[lane.grid_ratio.reduce((top, r, i) => (r > lane.grid_ratio[top] ? i : top), 0)];
    const right = [x + 14, y + 4], left = [x - 14, y + 4, "right"];
    const low = x >= peak ? [[x + 12, y + 20], [x - 12, y + 20, "right"]] : [[x - 12, y + 20, "right"], [x + 12, y + 20]];
    place(view, text, [...(x >= peak ? [right, left] : [left, right]), ...low, [x, y - 16, "center"], [x, y + 26, "center"]],
      { colour: theme.ink.winner, weight: 600, size: 13 });
  }
  if (pose.level > 0 && Number.isFinite(pose.level) && !pose.growing) labelCurve(view, pose);
  if (won && pose.decoded < 0.5 && !narrow) labelLoser(view);
}

function labelLoser(view) {
  const { lane } = view;
  let at = -1, least = Infinity;
  for (let e = 0; e < Math.min(lane.count, 200); e++) {
    const away = Math.abs(view.py[e] - (view.top + view.floor) / 2) + (lane.race[e] > 3 * lane.winTime ? 0 : 1e4);
    if (e !== lane.winner && away < least) { least = away; at = e; }
  }
  if (at < 0 || least > 1e4) return;
  const x = view.px[at], y = view.py[at];
  place(view, "a candidate", [[x + 8, y + 4], [x - 8, y + 4, "right"], [x, y - 9, "center"], [x, y + 18, "center"]], {});
}

function labelCurve(view, pose) {
  const { theme, lane } = view;
  const { text, long } = pose.final > 0.5
    ? { text: `race time ${fmt(lane.winTime)}`, long: `all along this curve: race time ${fmt(lane.winTime)}` }
    : { text: `best: ${fmt(pose.level)}`, long: `under this curve: better than ${fmt(lane.race[pose.best])}` };
  let first = -1, last = -1, peak = 0;
  for (let i = 0; i < view.gx.length; i++) peak = Math.max(peak, Math.min(view.timeTop, pose.level * lane.grid_ratio[i]));
  for (let i = 0; i < view.gx.length; i++) {
    if (pose.level * lane.grid_ratio[i] < peak * 0.5) continue;
    if (first < 0) first = i;
    last = i;
  }
  if (first < 0) return;
  const y = view.Y(peak * 0.5);
  const options = [];
  for (const dy of [0, -18, 18, -36, 36]) {
    options.push([view.gx[first] - 8, y + dy, "right"], [view.gx[last] + 8, y + dy]);
  }
  options.push([(view.gx[first] + view.gx[last]) / 2, y + 18, "center"], [(view.gx[first] + view.gx[last]) / 2, y - 18, "center"]);
  place(view, view.right - view.left < 440 ? text : long, options, { colour: theme.ink.q, weight: 600 });
}

// P, Q and P′. Before the race they fill the picture; then they shrink to a strip below the floor.
function drawDensities(view, pose) {
  const { ctx, theme, lane, scene } = view;
  const { p, q } = scene.grid;
  const n = view.gx.length;
  const big = smooth(pose.big), weigh = lane.partitioned ? smooth(pose.weigh) : 0;
  const height = mix(view.strip, view.bottom - view.top - 16, big);
  const pTop = p.reduce((a, b) => Math.max(a, b), 0);
  let top = q.reduce((a, b) => Math.max(a, b), pTop);
  // A narrow Q is far taller than P: let it leave the picture rather than flatten P to nothing.
  top = Math.min(top, mix(7, 14, big) * pTop) * 1.04;
  const heuristic = lane.grid_heuristic || p;
  const curve = (f) => {
    const path = new Path2D();
    for (let i = 0; i < n; i++) path.lineTo(view.gx[i], view.bottom - height * Math.min(1.5, f(i) / top));
    return path;
  };
  const closed = (path) => {
    const area = new Path2D(path);
    area.lineTo(view.gx[n - 1], view.bottom);
    area.lineTo(view.gx[0], view.bottom);
    return area;
  };
  ctx.save();
  ctx.beginPath();
  ctx.rect(view.left, view.bottom - height - 1, view.right - view.left, height + 3);
  ctx.clip();
  const pPath = curve((i) => p[i]);
  ctx.fillStyle = css(theme.p, 0.22);
  ctx.fill(closed(pPath));
  ctx.lineWidth = 1.5;
  ctx.strokeStyle = css(theme.p);
  ctx.stroke(pPath);
  if (weigh > 0) {
    const path = curve((i) => mix(p[i], heuristic[i], weigh));
    ctx.fillStyle = css(theme.heuristic, 0.2 * weigh);
    ctx.fill(closed(path));
    ctx.setLineDash([5, 3]);
    ctx.strokeStyle = css(theme.heuristic);
    ctx.lineWidth = 1.75;
    ctx.stroke(path);
    ctx.setLineDash([]);
  }
  ctx.strokeStyle = css(theme.q);
  ctx.lineWidth = 2;
  ctx.stroke(curve((i) => q[i]));
  ctx.restore();
  labelDensities(view, big, weigh, (f, i) => view.bottom - height * Math.min(1, f[i] / top), heuristic);
}

function labelDensities(view, big, weigh, y, heuristic) {
  const { theme, lane, scene, narrow } = view;
  const { p, q } = scene.grid;
  const long = big > 0.5 && !narrow;
  const peak = (score) => {
    let at = 0;
    for (let i = 1; i < view.gx.length; i++) if (score(i) > score(at)) at = i;
    return at;
  };
  const style = { weight: 600, size: long ? 14 : 12.5 };
  const iq = peak((i) => q[i]);
  const flank = (side) => {
    let i = iq;
    while (q[i] > 0.8 * q[iq] && q[i + side] !== undefined) i += side;
    return view.gx[i];
  };
  const yq = y(q, iq) + 12;
  place(view, long ? "Q, the target: only the sender knows it" : "Q",
    [[flank(1) + 8, yq], [flank(-1) - 8, yq, "right"]], { ...style, colour: theme.ink.q });
  const away = (i) => p[i] - 0.6 * Math.max(q[i], weigh ? heuristic[i] : 0) - (0.02 * Math.abs(i - iq)) / view.gx.length;
  const ip = peak(away);
  const apart = Math.abs(view.gx[iq] - view.gx[ip]) > 60;
  const xp = view.gx[ip] + Math.sign(iq - ip) * (apart ? 16 : -8), yp = y(p, ip) - 7;
  place(view, long ? "P, the coding distribution: shared by both sides" : "P",
    [[xp, yp, iq > ip ? "right" : "left"], [view.gx[ip] - 30, yp, "right"]], { ...style, colour: theme.ink.p });
  if (weigh > 0.5 && lane.partitioned) {
    const narrowTop = (v) => v > 4 * p.reduce((a, b) => Math.max(a, b), 0); // at the top of the strip: no room above
    const ih = peak((i) => heuristic[i] - Math.max(q[i], p[i]) - 0.05 * Math.abs(i - iq) / view.gx.length);
    const yh = y(heuristic, ih) + (narrowTop(heuristic[ih]) ? 12 : -6);
    place(view, long ? "P′: P with its bins reweighted" : "P′",
      [[view.gx[ih] - 8, yh, "right"], [view.gx[ih] + 6, yh]], { ...style, colour: theme.ink.heuristic });
  }
}

// ---------------------------------------------------------------- draw: the race-time panel of the plane and strips views

// Race times span many powers of two, so the panel is logarithmic and cut off well above the winner.
function layoutPanel(view, left, top, right, bottom) {
  const { lane } = view;
  const lo = Math.log2(lane.winTime) - 0.6;
  let hi = lo + 2;
  for (let e = 0; e < lane.count; e++) if (Number.isFinite(lane.race[e])) hi = Math.max(hi, Math.log2(lane.race[e]) + 0.5);
  hi = Math.min(hi, lo + 14);
  const panel = { left: left + 40, top: top + 20, right: right - 8, bottom: bottom - 20 };
  panel.X = (e) => mix(panel.left + 6, panel.right - 6, lane.count > 1 ? e / (lane.count - 1) : 0.5);
  panel.Y = (race) => mix(panel.bottom - 4, panel.top, clamp((Math.log2(race) - lo) / (hi - lo), 0, 1));
  panel.ticks = niceTicks(lo, hi, (panel.bottom - panel.top) / 36).filter(Number.isInteger);
  view.panel = panel;
}

function drawPanel(view, pose) {
  const { ctx, theme, lane, panel } = view;
  write(ctx, theme, "↑ race time (arrival time ÷ ratio)", panel.left - 40, panel.top - 8, { size: 12, halo: false });
  line(ctx, [[panel.left, panel.top], [panel.left, panel.bottom], [panel.right, panel.bottom]], css(theme.text, 0.55));
  for (const t of panel.ticks) {
    const y = panel.Y(2 ** t);
    line(ctx, [[panel.left, y], [panel.right, y]], css(theme.text, 0.1));
    write(ctx, theme, t < -9 || t > 12 ? `2${superscript(t)}` : t < 0 ? fmt(2 ** t) : whole(2 ** t), panel.left - 5, y + 4, { size: 11, align: "right", halo: false });
  }
  write(ctx, theme, "candidates →", panel.left, panel.bottom + 15, { size: 11, halo: false });
  write(ctx, theme, whole(lane.position[lane.count - 1]), panel.right, panel.bottom + 15, { size: 11, align: "right", halo: false });
  if (!pose.seen) return;
  ctx.beginPath();
  let level = panel.top;
  for (const e of lane.improvements) {
    if (e >= pose.seen) break;
    ctx.lineTo(panel.X(e), level);
    level = panel.Y(lane.race[e]);
    ctx.lineTo(panel.X(e), level);
  }
  ctx.lineTo(panel.X(pose.seen - 1), level);
  ctx.strokeStyle = css(theme.best);
  ctx.lineWidth = 1.75;
  ctx.stroke();
  const x = panel.X(pose.best), y = panel.Y(lane.race[pose.best]);
  if (pose.best < 0) return;
  if (pose.final > 0.5 && pose.touched) star(ctx, theme, x, y, 7); else ring(ctx, theme, x, y, 5);
  const text = pose.final > 0.5 ? "winner: the smallest" : "best so far";
  write(ctx, theme, text, clamp(x, panel.left + 64, panel.right - 62), y - 11 < panel.top + 8 ? y + 20 : y - 11,
    { size: 12, align: "center", weight: 600, colour: pose.final > 0.5 ? theme.ink.winner : theme.ink.best });
}

function stampPanel(view) {
  const colour = css(view.theme.candidate);
  const { lane, panel } = view;
  return (ctx, e) => {
    if (Number.isFinite(lane.race[e])) { disc(ctx, panel.X(e), panel.Y(lane.race[e]), lane.count > 300 ? 1.2 : 2, colour); return; }
    ctx.fillStyle = colour; // an infinite race time: a tick at the upper edge
    ctx.fillRect(panel.X(e) - 0.5, panel.top - 2, 1, 5);
  };
}

function stampPlane(view) {
  const dot = stampDot(view), mark = stampPanel(view);
  return (ctx, e) => { dot(ctx, e); mark(ctx, e); };
}

// ---------------------------------------------------------------- draw: plane view

function layoutPlane(view) {
  const { lane, scene, width, height } = view;
  const wide = width >= height * 1.5;
  view.narrow = width < 480;
  const side = wide ? height - 30 : Math.min(width - 40, height - 128);
  view.left = wide ? 34 : Math.max(34, (width - side) / 2);
  view.top = 8;
  view.right = view.left + side;
  view.bottom = view.top + side;
  const [[x0, x1], [y0, y1]] = scene.problem.range;
  view.X = (x) => mix(view.left, view.right, (clamp(x, x0, x1) - x0) / (x1 - x0));
  view.Y = (y) => mix(view.bottom, view.top, (clamp(y, y0, y1) - y0) / (y1 - y0));
  for (let e = 0; e < lane.count; e++) {
    view.px[e] = view.X(lane.x[e * lane.dim]);
    view.py[e] = view.Y(lane.x[e * lane.dim + 1]);
  }
  view.cells = lane.hasGrid && lane.partitioned ? [0, 1].map((d) => {
    const cuts = Array.from(lane.edges.subarray(lane.offsets[d] + d, lane.offsets[d + 1] + d + 1), d ? view.Y : view.X);
    const weights = lane.weights_by_dim.subarray(lane.offsets[d], lane.offsets[d + 1]);
    return { cuts, weights, top: Math.max(...weights) };
  }) : null;
  if (wide) layoutPanel(view, view.right + 44, 0, width, height - 2);
  else layoutPanel(view, 0, view.bottom + 24, width, height);
}

function drawPlane(view, pose) {
  drawBackdrop(view, pose, paintPlane);
  showLayer(view, mix(mix(1, 0.75, pose.final), 0.22, pose.decoded));
  drawRecent(view, pose);
  drawArrivals(view, pose, (e, t) => popDot(view, e, t));
  drawPanel(view, pose);
  drawPlaneBest(view, pose);
}

function paintPlane(view, pose) {
  const { ctx, theme, scene } = view;
  if (view.cells) paintCells(view, pose);
  ctx.strokeStyle = css(theme.text, 0.4);
  ctx.lineWidth = 1;
  ctx.strokeRect(view.left, view.top, view.right - view.left, view.bottom - view.top);
  ctx.save();
  ctx.beginPath();
  ctx.rect(view.left, view.top, view.right - view.left, view.bottom - view.top);
  ctx.clip();
  drawContours(view);
  ctx.restore();
  const [[x0, x1], [y0, y1]] = scene.problem.range;
  for (const x of niceTicks(x0, x1, 5)) write(ctx, theme, fmt(x), view.X(x), view.bottom + 15, { size: 11, align: "center", halo: false });
  for (const y of niceTicks(y0, y1, 5)) write(ctx, theme, fmt(y), view.left - 6, clamp(view.Y(y) + 4, 12, view.bottom), { size: 11, align: "right", halo: false });
  const gaussian = scene.problem.family === "gaussian";
  const { mean, scale, low, high } = scene.problem;
  const q = gaussian ? [view.X(mean[0] + 2 * scale[0]) + 4, view.Y(mean[1] + 1.2 * scale[1])] : [view.X(high[0]) + 4, view.Y(high[1]) + 12];
  const qLeft = gaussian ? view.X(mean[0] - 2 * scale[0]) - 4 : view.X(low[0]) - 4;
  place(view, "Q", [q, [qLeft, q[1], "right"]], { colour: theme.ink.q, weight: 600, size: 14 });
  place(view, "P", gaussian ? [[view.X(-1.45), view.Y(1.45), "right"], [view.X(-1.45), view.Y(-1.75), "right"]] : [[view.left + 6, view.top + 16], [view.right - 6, view.bottom - 8, "right"]],
    { colour: theme.ink.p, weight: 600, size: 14 });
}

function paintCells(view, pose) {
  const { ctx, theme, lane } = view;
  const [a, b] = view.cells;
  const weigh = smooth(pose.weigh), cut = smooth(pose.cut);
  if (cut <= 0) return;
  for (let i = 0; i < a.weights.length; i++) {
    for (let j = 0; j < b.weights.length; j++) {
      const share = Math.sqrt((a.weights[i] / a.top) * (b.weights[j] / b.top));
      ctx.fillStyle = css(theme.heuristic, cut * mix(0.1, 0.42 * share, weigh));
      ctx.fillRect(a.cuts[i], b.cuts[j + 1], a.cuts[i + 1] - a.cuts[i], b.cuts[j] - b.cuts[j + 1]);
    }
  }
  const grid = css(theme.heuristic, 0.45 * cut);
  if (a.weights.length <= 64) for (const x of a.cuts.slice(1, -1)) line(ctx, [[x, view.bottom], [x, mix(view.bottom, view.top, cut)]], grid);
  if (b.weights.length <= 64) for (const y of b.cuts.slice(1, -1)) line(ctx, [[view.left, y], [mix(view.left, view.right, cut), y]], grid);
  if (pose.lit > 0.5) {
    const i = binOf(lane, lane.winner, 0), j = binOf(lane, lane.winner, 1);
    const box = [a.cuts[i], b.cuts[j + 1], a.cuts[i + 1] - a.cuts[i], b.cuts[j] - b.cuts[j + 1]];
    ctx.fillStyle = css(theme.winner, 0.14);
    ctx.fillRect(...box);
    ctx.strokeStyle = css(theme.winner);
    ctx.lineWidth = 2;
    ctx.strokeRect(...box);
  }
}

function drawContours(view) {
  const { ctx, theme, scene } = view;
  const { family, mean, scale, low, high } = scene.problem;
  const ellipse = (cx, cy, rx, ry, colour, width, fillAlpha) => {
    ctx.beginPath();
    ctx.ellipse(view.X(cx), view.Y(cy), view.X(cx + rx) - view.X(cx), view.Y(cy) - view.Y(cy + ry), 0, 0, 7);
    if (fillAlpha) { ctx.fillStyle = css(colour, fillAlpha); ctx.fill(); }
    ctx.strokeStyle = css(colour);
    ctx.lineWidth = width;
    ctx.stroke();
  };
  if (family === "gaussian") {
    ctx.setLineDash([3, 4]);
    for (const r of [1, 2, 3]) ellipse(0, 0, r, r, theme.p, 1.25);
    ctx.setLineDash([]);
    for (const r of [2, 1]) ellipse(mean[0], mean[1], r * scale[0], r * scale[1], theme.q, 2, 0.12);
  } else {
    const box = [view.X(low[0]), view.Y(high[1]), view.X(high[0]) - view.X(low[0]), view.Y(low[1]) - view.Y(high[1])];
    ctx.fillStyle = css(theme.q, 0.15);
    ctx.fillRect(...box);
    ctx.strokeStyle = css(theme.q);
    ctx.lineWidth = 2;
    ctx.strokeRect(...box);
  }
}

// The last few candidates stay darker than the settled ones: a sense of time without an axis for it.
function drawRecent(view, pose) {
  if (!pose.searching) return;
  const { ctx, theme, lane } = view;
  for (let e = Math.max(0, pose.settled - 6); e < pose.settled; e++) {
    disc(ctx, view.px[e], view.py[e], lane.radii[e] + 1, css(theme.text, 0.25 + 0.1 * (e - pose.settled + 6)));
  }
}

function drawPlaneBest(view, pose) {
  const { ctx, theme, lane } = view;
  if (pose.decoded > 0.3) drawReceived(view, pose);
  if (pose.best < 0) return;
  const x = view.px[pose.best], y = view.py[pose.best];
  const won = pose.final > 0.5 && pose.touched;
  if (!won) return ring(ctx, theme, x, y, pose.freshBest < 1 ? mix(16, 7, smooth(pose.freshBest)) : 7);
  if (pose.halo < 1) {
    ctx.globalAlpha = 1 - pose.halo;
    ctx.beginPath();
    ctx.arc(x, y, 10 + 40 * pose.halo, 0, 7);
    ctx.strokeStyle = css(theme.winner);
    ctx.lineWidth = 3;
    ctx.stroke();
    ctx.globalAlpha = 1;
  }
  star(ctx, theme, x, y, 10);
  place(view, pose.decoded > 0.5 ? "receiver: same sample" : "winner", [[x + 14, y + 4], [x - 14, y + 4, "right"], [x, y - 16, "center"], [x, y + 26, "center"]],
    { colour: theme.ink.winner, weight: 600, size: 13 });
}

// ---------------------------------------------------------------- draw: strips view

const MAX_ROWS = 32;

function layoutStrips(view) {
  const { lane, width, height } = view;
  const wide = width >= 820;
  const rows = Math.min(lane.dim, MAX_ROWS);
  view.narrow = width < 480;
  view.left = 34;
  view.right = wide ? Math.round(width * 0.6) : width - 6;
  view.top = 20;
  view.bottom = (wide ? height - 22 : height - 138) - (lane.dim > rows ? 14 : 0);
  view.rows = rows;
  view.pitch = Math.min(40, (view.bottom - view.top) / rows);
  view.U = (u) => mix(view.left, view.right, u);
  view.R = (d) => view.top + (d + 0.5) * view.pitch;
  if (wide) layoutPanel(view, view.right + 40, 0, width, height - 2);
  else layoutPanel(view, 0, height - 118, width, height);
  for (let e = 0; e < lane.count; e++) {
    view.px[e] = view.panel.X(e);
    view.py[e] = view.panel.Y(lane.race[e]);
  }
}

function drawStrips(view, pose) {
  const { ctx, theme, lane } = view;
  drawBackdrop(view, pose, paintRows);
  write(ctx, theme, view.narrow ? "row: dimension; across: quantile of P" : "one row per dimension; across: quantile of P, 0 to 1", view.left, 12, { halo: false });
  write(ctx, theme, "Q, 95%", view.right, 12, { halo: false, align: "right", weight: 600, colour: theme.ink.q });
  line(ctx, [[view.right - 66, 6], [view.right - 66, 11], [view.right - 46, 11], [view.right - 46, 6]], css(theme.q), 2);
  if (lane.dim > view.rows) {
    write(ctx, theme, `… and ${lane.dim - view.rows} more dimensions alike`, view.left, view.top + view.rows * view.pitch + 13, { halo: false });
  }
  const final = pose.final > 0.5;
  const from = Math.max(0, pose.seen - (pose.searching ? 5 : 14));
  for (let e = from; e < pose.seen; e++) {
    const age = pose.seen - e;
    const strength = pose.searching ? (age === 1 ? 0.95 : 0.5 / age) : 0.16 * (1 - pose.decoded);
    trace(view, e, css(theme.candidate, strength), age === 1 && pose.searching ? 1.75 : 1, age === 1 && pose.searching ? Math.min(3, view.pitch / 3) : 0);
  }
  if (pose.best >= 0) {
    const won = final && pose.touched;
    trace(view, pose.best, css(won ? theme.winner : theme.best), 2.25, Math.min(4, view.pitch / 2.6), won ? "star" : "ring");
  }
  showLayer(view, 1);
  drawArrivals(view, pose, (e, t) => Number.isFinite(lane.race[e]) && disc(ctx, view.px[e], view.py[e], 2 + 3 * (1 - t), css(theme.candidate)));
  drawPanel(view, pose);
}

function trace(view, e, colour, width, mark, shape = "dot") {
  const { ctx, theme, lane } = view;
  const points = Array.from({ length: view.rows }, (_, d) => [view.U(lane.u[e * lane.dim + d]), view.R(d)]);
  line(ctx, points, colour, width);
  if (!mark) return;
  for (const [x, y] of points) {
    if (shape === "star" && mark >= 3) star(ctx, theme, x, y, mark + 1.5);
    else if (shape === "ring") { disc(ctx, x, y, mark, css(theme.bg)); disc(ctx, x, y, mark - 1, colour); }
    else disc(ctx, x, y, mark, colour);
  }
}

function paintRows(view, pose) {
  const { ctx, theme, lane, scene } = view;
  const { q_low: low, q_high: high } = scene.problem;
  const weigh = smooth(pose.weigh), cut = lane.partitioned ? smooth(pose.cut) : 0;
  const gap = view.pitch > 14 ? 3 : 1;
  const every = view.pitch < 10 ? 4 : view.pitch < 13 ? 2 : 1;
  for (let d = 0; d < view.rows; d++) {
    const y = view.R(d), top = y - view.pitch / 2 + gap / 2, tall = view.pitch - gap;
    ctx.fillStyle = css(theme.p, 0.1);
    ctx.fillRect(view.left, top, view.right - view.left, tall);
    if (d % every === 0) write(ctx, theme, String(d + 1), view.left - 7, y + 4, { size: 11, align: "right", halo: false });
    const n = lane.intervals[d];
    if (cut > 0 && n > 1 && lane.hasGrid) {
      const weights = lane.weights_by_dim.subarray(lane.offsets[d], lane.offsets[d + 1]);
      const most = Math.max(...weights);
      for (let b = 0; b < n; b++) {
        ctx.fillStyle = css(theme.heuristic, cut * mix(0.14, 0.03 + 0.38 * (weights[b] / most), weigh));
        ctx.fillRect(view.U(b / n), top, view.U((b + 1) / n) - view.U(b / n), tall);
        if (b && (view.right - view.left) / n > 4) line(ctx, [[view.U(b / n), top], [view.U(b / n), top + tall * cut]], css(theme.heuristic, 0.8), 1);
      }
      if (pose.lit > 0.5) {
        const b = binOf(lane, lane.winner, d);
        ctx.strokeStyle = css(theme.winner);
        ctx.lineWidth = 1.25;
        ctx.strokeRect(view.U(b / n) + 0.5, top + 0.5, view.U((b + 1) / n) - view.U(b / n) - 1, tall - 1);
      }
    }
    const x0 = view.U(low[d]), x1 = Math.max(view.U(high[d]), x0 + 3), yb = top + tall - 1.5, tick = Math.min(5, tall / 2);
    line(ctx, [[x0, yb - tick], [x0, yb], [x1, yb], [x1, yb - tick]], css(theme.q), 2);
  }
}

const VIEWS = {
  race: { layout: layoutRace, zoom: zoomRace, draw: drawRace, stamp: stampDot },
  plane: { layout: layoutPlane, draw: drawPlane, stamp: stampPlane },
  strips: { layout: layoutStrips, draw: drawStrips, stamp: stampPanel },
};

// ---------------------------------------------------------------- new weights: the old P' morphs into the new one

const MORPH_SECONDS = 1.1;
const MORPHED = ["weights_by_dim", "grid_heuristic"];

// What a lane changes from, where only the weights of its bins are new; else nothing.
function morphFrom(earlier, scene, lane) {
  if (!earlier || earlier.view !== scene.view || earlier.problem.kl_bits !== scene.problem.kl_bits) return null;
  const old = earlier.lanes.find((other) => other.title === lane.title && String(other.intervals) === String(lane.intervals));
  if (!old || !lane.partitioned || old.weights === lane.weights) return null;
  const from = {}, to = {};
  for (const name of MORPHED) {
    if (!lane[name] || !old[name] || lane[name].length !== old[name].length) continue;
    from[name] = old[name].slice();
    to[name] = lane[name].slice();
  }
  return Object.keys(to).length ? { from, to, age: 0 } : null;
}

function morph(view, dt) {
  const { from, to } = view.morph;
  view.morph.age += dt;
  const t = smooth(clamp(view.morph.age / MORPH_SECONDS, 0, 1));
  for (const name in to) view.lane[name].set(to[name].map((v, i) => mix(from[name][i], v, t)));
  view.base.key = null; // the backdrop shows the weights
  if (t === 1) view.morph = null;
}

// ---------------------------------------------------------------- player

const memory = new Map(); // scene id -> { step, playing, speed, time, since }
const players = new WeakMap(); // parent element -> player
const MEMORY_SIZE = 24;

const FRESH = { step: 0, playing: false, speed: 1, time: 0, since: Infinity };

function recall(id) {
  const state = memory.get(id) || { ...FRESH };
  memory.delete(id);
  memory.set(id, state);
  if (memory.size > MEMORY_SIZE) memory.delete(memory.keys().next().value);
  return state;
}

// Where the picture should be at this step; what is shown moves there over a few frames.
function targetPose(scene, view, state) {
  const { timeline } = scene;
  const { lane, closeTop } = view;
  const kind = timeline.kind(state.step);
  const searching = kind === "candidate";
  const early = kind === "densities" || kind === "cut" || kind === "reweight";
  const seen = early ? 0 : kind === "glance" ? lane.count : Math.min(timeline.seenAt(state.step), lane.count);
  const best = seen ? lane.best[seen - 1] : -1;
  const raced = best >= 0 && Number.isFinite(lane.race[best]);
  const reach = seen ? 1.15 * lane.arrival[seen - 1] : 0;
  return {
    kind, searching, seen, best: raced ? best : -1,
    big: early ? 1 : 0,
    cut: early && kind === "densities" ? 0 : 1,
    weigh: early && kind !== "reweight" ? 0 : 1,
    final: searching || early ? 0 : 1,
    decoded: kind === "decoded" ? 1 : 0,
    inverse: raced ? 1 / lane.race[best] : 0,
    top: searching && seen ? Math.min(lane.timeTop, closeTop * 2 ** Math.ceil(Math.log2(Math.max(1, reach / closeTop)))) : closeTop,
    sweep: early ? 0 : searching && seen < lane.count ? lane.arrival[seen - 1] : searching ? lane.arrival[lane.count - 1] : Math.min(lane.stop, lane.timeTop),
  };
}

const LINEAR = { big: 0.55, cut: 1.0, weigh: 1.0, final: 0.3, lit: 0.3, decoded: 0.5 };

function approach(view, target, dt, speed) {
  const { pose } = view;
  let moving = false;
  for (const name in LINEAR) {
    const gap = target[name] - pose[name], most = (dt * speed) / LINEAR[name];
    pose[name] = Math.abs(gap) <= most ? target[name] : pose[name] + Math.sign(gap) * most;
    if (pose[name] !== target[name]) moving = true;
  }
  const share = 1 - Math.exp((-dt * Math.max(1, speed)) / 0.11);
  for (const name of view.closeTop ? ["inverse", "sweep", "top"] : ["inverse", "sweep"]) {
    const gap = target[name] - pose[name];
    const near = Math.abs(gap) < 2e-3 * (Math.abs(target[name]) + 1e-9) || share === 1;
    pose[name] = near ? target[name] : pose[name] + gap * share;
    if (!near) moving = true;
    if (name === "top") pose.zooming = !near;
  }
  return moving;
}

function updatePose(scene, view, state, dt, still) {
  const { lane, pose } = view;
  const { timeline } = scene;
  const target = targetPose(scene, view, state);
  const { kind, searching, seen, best } = target;
  // Winner: the sweep line first reaches the stop line, then the curve grows from the floor until it touches.
  const grown = kind !== "winner" || still ? 1 : clamp((state.since - 0.4) / (TWEEN.winner - 0.4), 0, 1);
  target.lit = target.final && grown >= 1 ? 1 : 0;
  const first = !pose.ready;
  pose.ready = true;
  const moving = approach(view, target, still || first ? Infinity : dt, state.playing ? state.speed : 1);
  Object.assign(pose, { kind, searching, seen, best });
  const ageOf = (e) => state.playing ? state.time - timeline.starts[timeline.first + e] : e === timeline.seenAt(state.step) - 1 ? state.since : Infinity;
  pose.fresh = [];
  if (searching && !still) {
    for (let e = seen - 1; e >= Math.max(0, seen - 8); e--) {
      const age = ageOf(e);
      if (age >= POP_SECONDS) break;
      pose.fresh.push({ e, age });
    }
  }
  pose.settled = seen - pose.fresh.length;
  pose.freshBest = searching && best >= 0 && !still ? clamp(ageOf(best) / POP_SECONDS, 0, 1) : 1;
  pose.growing = grown < 1;
  pose.touched = grown >= 1;
  pose.halo = kind === "winner" && !still ? clamp((state.since - TWEEN.winner) / 0.7, 0, 1) : 1;
  pose.stopLevel = pose.inverse > 0 ? 1 / pose.inverse : Infinity;
  pose.level = pose.growing ? lane.winTime * smooth(grown) : pose.stopLevel;
  return moving || pose.growing || pose.halo < 1 || pose.fresh.length > 0 || pose.freshBest < 1;
}

function drawLane(scene, view, theme) {
  const { ctx, pose, lane } = view;
  view.theme = theme;
  if (view.layer.theme !== theme.name) {
    view.layer.theme = theme.name;
    view.layer.done = Infinity;
    view.base.key = null;
  }
  ctx.clearRect(0, 0, view.width, view.height);
  VIEWS[scene.view].zoom?.(view, pose);
  const zooming = scene.view === "race" && view.layerTop !== view.timeTop;
  if (!zooming) settle(view, Math.min(pose.settled, lane.count), VIEWS[scene.view].stamp(view));
  VIEWS[scene.view].draw(view, pose);
}

function sizeCanvas(canvas, width, height, ratio) {
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const ctx = canvas.getContext("2d");
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  return ctx;
}

function layoutLane(scene, view) {
  const width = Math.floor(view.picture.clientWidth);
  if (!width) return false;
  const ratio = Math.min(window.devicePixelRatio || 1, 2);
  const asked = scene.height || 420;
  const height = width < 480 ? Math.round(Math.min(asked, Math.max(340, asked * 0.85))) : asked;
  if (width === view.width && height === view.height && ratio === view.ratio) return true;
  Object.assign(view, { width, height, ratio });
  view.canvas.style.height = `${height}px`;
  view.ctx = sizeCanvas(view.canvas, width, height, ratio);
  for (const name of ["layer", "base"]) {
    const canvas = document.createElement("canvas");
    view[name] = { canvas, ctx: sizeCanvas(canvas, width, height, ratio), done: 0, key: null };
  }
  view.px = new Float32Array(view.lane.count);
  view.py = new Float32Array(view.lane.count);
  VIEWS[scene.view].layout(view);
  return true;
}

function createPlayer(parent) {
  const root = parent.querySelector(".stage");
  const find = (selector) => root.querySelector(selector);
  const button = (act) => find(`[data-act="${act}"]`);
  const ui = {
    play: button("play"), back: button("back"), step: button("step"), restart: button("restart"),
    range: find("input"), speed: find("select"), caption: find(".caption"), live: find(".live"),
    lanes: find(".lanes"), twin: find(".twin"), twinBody: find(".twin-body"),
  };
  const reduced = window.matchMedia("(prefers-reduced-motion: reduce)");
  const events = new AbortController();
  const on = (target, name, listener) => target.addEventListener(name, listener, { signal: events.signal });
  let scene = null, state = null, views = [], theme = null, request = 0, last = 0, frames = 0, shown = null;

  const wake = () => { if (!request && scene) { last = performance.now(); request = requestAnimationFrame(frame); } };

  function goTo(step, animate = false) {
    const { timeline } = scene;
    state.step = clamp(step, 0, timeline.last);
    state.time = timeline.starts[state.step];
    state.since = animate && !reduced.matches ? 0 : Infinity;
    syncControls(); // at once: what is pressed is so, whenever the next frame comes
    wake();
  }

  function pause() {
    if (state.playing) state.since = state.time - scene.timeline.starts[state.step];
    state.playing = false;
    syncControls();
    wake();
  }

  function play() {
    if (state.step === 0 || state.step === scene.timeline.last) goTo(1, true);
    state.time = Math.max(state.time, scene.timeline.starts[state.step]);
    state.playing = true;
    syncControls();
    wake();
  }

  const toggle = () => (state.playing ? pause() : play());
  const stepBy = (n) => { pause(); goTo(state.step + n, n > 0); };

  function frame(now) {
    request = 0;
    const dt = Math.min(0.1, Math.max(0, (now - last) / 1000));
    last = now;
    if (!views.every((view) => layoutLane(scene, view))) return; // not laid out yet: the resize observer wakes us
    if (!theme || frames % 30 === 0 || !state.playing) theme = readTheme(root, scene.colors);
    advance(dt);
    const still = reduced.matches;
    let moving = false;
    for (const view of views) {
      moving = updatePose(scene, view, state, dt, still) || moving;
      if (view.morph) {
        morph(view, still ? Infinity : dt);
        moving = true;
      }
      drawLane(scene, view, theme);
    }
    if (!state.playing && state.since < (TWEEN[scene.timeline.kind(state.step)] || 0)) moving = true;
    root.dataset.frame = String(++frames);
    syncControls();
    syncWords();
    if (state.playing || moving) request = requestAnimationFrame(frame);
  }

  function advance(dt) {
    const { timeline } = scene;
    if (!state.playing) { state.since += dt; return; }
    state.time += dt * state.speed;
    state.step = stepAt(timeline, state.time);
    state.since = state.time - timeline.starts[state.step];
    if (state.step === timeline.last && state.since > TWEEN.decoded) state.playing = false;
  }

  function setText(node, text) { if (node.textContent !== text) node.textContent = text; }

  function syncControls() {
    const { timeline } = scene;
    const key = `${state.step}|${state.playing}`;
    if (shown === key) return;
    shown = key;
    root.dataset.step = String(state.step);
    root.dataset.playing = String(state.playing);
    const name = state.playing ? "Pause" : "Play";
    if (ui.play.getAttribute("aria-label") !== name) ui.play.setAttribute("aria-label", name);
    setText(ui.play.querySelector(".text"), name);
    const active = root.getRootNode().activeElement;
    ui.back.disabled = ui.restart.disabled = state.step === 0;
    ui.step.disabled = state.step === timeline.last;
    if (active && active.disabled) root.focus({ preventScroll: true }); // or the keyboard would lose its place
    ui.range.value = String(state.step);
  }

  function syncWords() {
    const { timeline } = scene;
    const kind = timeline.kind(state.step);
    const progress = kind === "message" && !reduced.matches ? clamp(state.since / TWEEN.message, 0, 1) : 1;
    const key = `${state.step}|${state.playing}|${progress}`;
    // Words need not follow every frame: nobody reads that fast, and laying them out costs more than drawing.
    if (ui.key === key || (state.playing && ui.kind === kind && last - ui.time < 90)) return;
    Object.assign(ui, { key, kind, time: last });
    const caption = sceneCaption(scene, state.step);
    setText(ui.caption, caption);
    if (!state.playing) {
      setText(ui.live, scene.lanes.length > 1 ? [caption, ...scene.lanes.map((lane) => `${lane.title}: ${laneCaption(scene, lane, state.step)}`)].join(" ") : caption);
      ui.range.setAttribute("aria-valuetext", stepName(scene, state.step));
    }
    for (const view of views) syncLane(scene, view, state, progress);
  }

  function show(data) {
    if (scene && scene.id === data.id) {
      scene.colors = data.colors;
      theme = null;
      wake();
      return;
    }
    const before = state, earlier = scene;
    scene = decodeScene(data);
    state = recall(scene.id);
    // A control was changed: a new picture, told from its start. After a remount, by contrast, carry on where we were.
    if (before) Object.assign(state, { ...FRESH, speed: before.speed });
    state.step = Math.min(state.step, scene.timeline.last);
    shown = ui.key = theme = null;
    root.dataset.events = String(scene.timeline.last);
    ui.range.max = String(scene.timeline.last);
    ui.speed.value = String(state.speed);
    ui.twin.hidden = Boolean(scene.compact);
    ui.twin.open = false;
    ui.twinBody.replaceChildren();
    ui.lanes.style.setProperty("--lanes", scene.lanes.length);
    root.classList.toggle("many", scene.lanes.length > 1);
    views.forEach((view) => observer.unobserve(view.picture));
    views = scene.lanes.map((lane) => createLane(scene, lane));
    for (const view of views) view.morph = morphFrom(earlier, scene, view.lane);
    ui.lanes.replaceChildren(...views.map((view) => view.article));
    views.forEach((view) => observer.observe(view.picture));
    colourWords();
    wake();
  }

  function colourWords() {
    const now = readTheme(root, scene.colors);
    for (const node of root.querySelectorAll("[data-role]")) {
      node.style.setProperty("--role", css(now[node.dataset.role]));
      const tint = now[node.dataset.role].map((v, i) => mix(now.bg[i], v, 0.13));
      node.style.setProperty("--role-text", css(legible(now[node.dataset.role], now.text, tint)));
    }
  }

  function onKey(event) {
    const target = event.composedPath()[0];
    if (event.altKey || event.ctrlKey || event.metaKey || target === ui.speed) return;
    const inRange = target === ui.range;
    const pressable = target.tagName === "BUTTON" || target.tagName === "SUMMARY";
    const actions = {
      " ": pressable ? null : toggle,
      ArrowRight: () => stepBy(1),
      ArrowLeft: () => stepBy(-1),
      Home: () => stepBy(-Infinity),
      End: () => { pause(); goTo(scene.timeline.last); },
    };
    const action = inRange && event.key !== " " ? null : actions[event.key];
    if (!action || target.closest?.(".table")) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  }

  on(ui.play, "click", toggle);
  on(ui.step, "click", () => stepBy(1));
  on(ui.back, "click", () => stepBy(-1));
  on(ui.restart, "click", () => stepBy(-Infinity));
  on(ui.range, "input", () => { const step = Number(ui.range.value); pause(); goTo(step); });
  on(ui.speed, "change", () => { state.speed = Number(ui.speed.value); });
  on(root, "keydown", onKey);
  on(reduced, "change", wake);
  on(ui.twin, "toggle", () => { if (ui.twin.open && !ui.twinBody.firstChild) ui.twinBody.append(...textTwin(scene)); });
  const observer = new ResizeObserver(wake);

  function destroy() {
    events.abort();
    observer.disconnect();
    cancelAnimationFrame(request);
    scene = null;
    if (players.get(parent) === player) players.delete(parent);
  }

  const player = { root, show, destroy, recolour: () => { if (scene) { theme = null; colourWords(); wake(); } } };
  return player;
}

// ---------------------------------------------------------------- dom

function el(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

function stepName(scene, step) {
  const kind = scene.timeline.kind(step);
  if (kind === "candidate") return `Candidate ${step - scene.timeline.first + 1} of ${scene.timeline.most}`;
  return { glance: "At a glance", densities: "P and Q", cut: "Cut into bins", reweight: "Reweight", winner: "Winner", message: "Message", decoded: "Decoded" }[kind];
}

function createLane(scene, lane) {
  const view = { scene, lane, width: 0, height: 0, pose: { big: 0, cut: 0, weigh: 0, final: 0, lit: 0, decoded: 0, inverse: 0, sweep: 0, top: 0, fresh: [] } };
  view.number = el("b");
  view.unit = el("span");
  view.canvas = el("canvas");
  view.canvas.setAttribute("role", "img");
  view.canvas.setAttribute("aria-label", `${lane.title}: ${laneCaption(scene, lane, 0)}`);
  view.tip = el("div", "tip");
  view.tip.hidden = true;
  view.picture = el("div", "picture", view.canvas, view.tip);
  view.caption = el("p", "lane-caption");
  view.caption.hidden = scene.lanes.length === 1;
  view.article = el("div", "lane",
    el("div", "lane-head", el("div", "lane-title", el("strong", "", lane.title), el("small", "", costText(lane))), el("span", "count", view.number, " ", view.unit)),
    view.picture, view.caption, messageRow(view), receiverRow(view));
  view.canvas.addEventListener("pointermove", (event) => hover(view, event));
  view.canvas.addEventListener("pointerdown", (event) => hover(view, event));
  view.canvas.addEventListener("pointerleave", () => { view.tip.hidden = true; });
  return view;
}

function costText(lane) {
  if (lane.budget !== null) return `always ${count(lane.num_candidates ?? lane.examined, "candidate")}`;
  return lane.expected_examined ? `${fmt(lane.expected_examined)} candidates on average` : "\u00a0";
}

function messageRow(view) {
  const { lane } = view;
  const { message } = lane;
  view.bits = [];
  const part = (bits, role, label) => {
    const box = el("span", "bits");
    box.dataset.role = role;
    view.bits.push({ box, bits });
    return el("span", "part", box, el("small", "", label));
  };
  const parts = [];
  if (message.bin_bits) parts.push(part(message.bin_bits, "heuristic", `${binName(lane, lane.winner)} of ${numBins(lane)}`));
  parts.push(part(message.index_bits, "winner", lane.partitioned ? `local index ${whole(message.index)}` : `index ${whole(message.index)}`));
  view.total = el("span", "total", el("b", "", `${fmt(message.length_bits)} bits`), el("small", "", "ideal length"));
  return el("div", "message", el("span", "message-name", "Message"), ...parts, view.total);
}

function receiverRow(view) {
  const { lane } = view;
  const x = lane.receiver?.x ?? sampleOf(lane, lane.winner);
  const same = el("span", "same", lane.receiver?.equal === false ? "not the same sample" : "✓ same sample");
  same.dataset.role = "winner";
  view.received = el("span", "", `x = ${point(x)} `, same);
  return el("div", "receiver", el("span", "", "Receiver"), view.received);
}

function syncLane(scene, view, state, progress) {
  const { lane } = view;
  const kind = scene.timeline.kind(state.step);
  const text = (node, value) => { if (node.textContent !== value) node.textContent = value; };
  const seen = view.pose.seen || 0;
  const finished = !["densities", "cut", "reweight", "candidate"].includes(kind);
  const stopped = finished || (kind === "candidate" && seen === lane.count && scene.timeline.seenAt(state.step) > lane.count);
  const n = finished || seen === lane.count ? lane.examined : seen ? lane.position[seen - 1] : 0;
  text(view.number, whole(n));
  const unit = Number(n) === 1 ? "candidate" : "candidates";
  text(view.unit, stopped && kind === "candidate" ? `${unit}, stopped` : unit);
  if (!view.caption.hidden) text(view.caption, laneCaption(scene, lane, state.step));
  const all = view.bits.reduce((sum, { bits }) => sum + bits.length, 0);
  let left = kind === "message" ? Math.round(progress * all) : kind === "glance" || kind === "decoded" ? all : 0;
  const written = left === all;
  for (const { box, bits } of view.bits) {
    const here = clamp(left, 0, bits.length);
    text(box, bits.slice(0, here) + "·".repeat(bits.length - here));
    left -= here;
  }
  for (const node of view.article.querySelectorAll(".part small")) node.classList.toggle("waiting", !written);
  view.total.classList.toggle("waiting", !written);
  view.received.classList.toggle("waiting", kind !== "glance" && kind !== "decoded");
}

function hover(view, event) {
  const { lane, pose } = view;
  const box = view.canvas.getBoundingClientRect();
  const x = event.clientX - box.left, y = event.clientY - box.top;
  let nearest = -1, least = 14 * 14;
  if (pose.big < 0.1) {
    for (let e = 0; e < (pose.seen || 0); e++) {
      const d = (view.px[e] - x) ** 2 + (view.py[e] - y) ** 2;
      if (d < least) { least = d; nearest = e; }
    }
  }
  view.tip.hidden = nearest < 0;
  if (nearest < 0) return;
  view.tip.textContent = candidateFacts(lane, nearest);
  const wide = view.tip.offsetWidth, tall = view.tip.offsetHeight;
  const px = view.px[nearest], py = view.py[nearest];
  view.tip.style.left = `${clamp(px + 14 + wide > view.width ? px - wide - 14 : px + 14, 0, Math.max(0, view.width - wide))}px`;
  view.tip.style.top = `${clamp(py - tall / 2, 0, Math.max(0, view.height - tall))}px`;
}

const TABLE_ROWS = 50;

function textTwin(scene) {
  return scene.lanes.flatMap((lane) => {
    const nodes = [el("h4", "", lane.title), el("p", "", laneCaption(scene, lane, 0)), el("p", "", laneCaption(scene, lane, scene.timeline.last))];
    return [...nodes, candidateTable(lane)];
  });
}

function candidateTable(lane) {
  const head = ["Number", ...(lane.partitioned ? ["Bin", "Local index"] : []), "x", "Arrival time", "Ratio (log2)", "Race time", "Best so far"];
  const body = el("tbody");
  for (let e = 0; e < lane.count; e++) {
    const improved = lane.best[e] === e;
    if (e >= TABLE_ROWS && !improved) continue;
    const cells = [whole(lane.position[e]), ...(lane.partitioned ? [binName(lane, e), whole(lane.local[e])] : []), point(sampleOf(lane, e)),
      fmt(lane.arrival[e]), fmt(lane.log2_ratio[e]), fmt(lane.race[e]), e === lane.winner ? "yes, the winner" : improved ? "yes" : ""];
    body.append(el("tr", "", ...cells.map((cell) => el("td", "", cell))));
  }
  const shortened = lane.count > TABLE_ROWS ? `: the first ${TABLE_ROWS}, then every new best` : "";
  const table = el("table", "", el("caption", "", `Candidates of ${lane.title}${shortened}`),
    el("thead", "", el("tr", "", ...head.map((name) => { const th = el("th", "", name); th.scope = "col"; return th; }))), body);
  const box = el("div", "table", table);
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", `Table of candidates, ${lane.title}`);
  return box;
}

// Streamlit calls this again on every rerun and theme change, with the same parent; the player carries on undisturbed.
export default function (component) {
  const { data, parentElement } = component;
  let player = players.get(parentElement);
  if (player && !parentElement.contains(player.root)) {
    player.destroy();
    player = null;
  }
  if (!data || !data.lanes) return () => {};
  if (!player) {
    player = createPlayer(parentElement);
    players.set(parentElement, player);
  }
  player.show(data);
  player.recolour();
  return player.destroy;
}
