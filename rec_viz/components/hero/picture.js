// The hero drawn: two people, a wire, two tapes. All lengths are those of a picture 1120 wide; a wider one is scaled up.

import { css, disc, line, polyline, star, stroke, write } from "../../stage/draw.js";
import { mix, smooth } from "../../stage/mix.js";
import { fmt } from "../../stage/words.js";

const WIDE = 720, GUTTER = 52, HEAD = 11, TOP = 74, TAPE = 118, NUMBERS = 22, BAR = 42;

export const isWide = (width) => width >= WIDE;
export const scaleOf = (width) => Math.min(1.5, Math.max(1, width / 1120));

/** @returns {HeroLayout} */
export function layout(width, count) {
  const wide = isWide(width), gap = 36, side = wide ? (width - gap) / 2 : width;
  const column = (side - GUTTER - 4) / count, tape = wide ? TAPE : 92;
  const below = NUMBERS + BAR + 14;
  const tapeAt = (left, top) => ({ left, top, height: tape, column, first: left + GUTTER });
  const second = wide ? tapeAt(side + gap, TOP) : tapeAt(0, TOP + tape + below + 26);
  const height = wide ? TOP + tape + below : second.top + tape + NUMBERS + 22;
  return {
    width, height,
    sender: [HEAD + 6, 20], receiver: [width - HEAD - 6, 20],
    wire: wide ? [172, width - 184, 30] : [106, width - 116, 40],
    tapes: [tapeAt(0, wide ? TOP : TOP + 12), second],
    foot: NUMBERS, bar: BAR,
  };
}

const centre = (/** @type {Tape} */ tape, k) => tape.first + (k + 0.5) * tape.column;
const across = (/** @type {Tape} */ tape, u) => tape.top + tape.height - 9 - u * (tape.height - 18);

export function paint(/** @type {Pen} */ ctx, /** @type {Theme} */ theme, /** @type {HeroData} */ data, /** @type {HeroPose} */ pose, /** @type {HeroLayout} */ at) {
  person(ctx, theme, at.sender, "Sender", "left", theme.q);
  person(ctx, theme, at.receiver, "Receiver", "right", theme.p);
  thought(ctx, theme, at.sender, 1, (x, y) => {
    const bell = Array.from({ length: 25 }, (_, i) => [x - 12 + i, y + 9 - 17 * pose.bell * Math.exp(-(((i - 12) / 5) ** 2))]);
    ctx.fillStyle = css(theme.q, 0.25);
    ctx.fill(polyline(bell));
    line(ctx, bell, css(theme.q), 2);
    write(ctx, theme, "Q", x + 15, y - 1, { size: 13, weight: 700, colour: theme.ink.q, align: "center", halo: false, alpha: pose.bell });
  });
  thought(ctx, theme, at.receiver, -1, (x, y) => {
    if (pose.same > 0) star(ctx, theme, x, y + 1, 10 * pose.same);
    else write(ctx, theme, "?", x, y + 6, { size: 17, weight: 700, align: "center", halo: false });
  });
  drawWire(ctx, theme, data, pose, at);
  drawTape(ctx, theme, data, pose, at, 0);
  drawTape(ctx, theme, data, pose, at, 1);
  drawScores(ctx, theme, data, pose, at);
  drawCounting(ctx, theme, pose, at);
  drawParcel(ctx, theme, data, pose, at);
  const [one, other] = at.tapes;
  if (other.left > 0) { // side by side
    const x = (one.first + data.tape.length * one.column + other.left) / 2 + 20;
    write(ctx, theme, "=", x, across(one, data.heights[data.winner - 1]) + 12, { size: 36, weight: 700, align: "center", colour: theme.winner, alpha: pose.same });
  }
}

function person(/** @type {Pen} */ ctx, /** @type {Theme} */ theme, [x, y], name, side, colour) {
  const shade = css(colour);
  disc(ctx, x, y, HEAD, shade);
  ctx.beginPath();
  ctx.ellipse(x, y + 34, HEAD + 7, 20, 0, Math.PI, 2 * Math.PI);
  ctx.fill();
  write(ctx, theme, name, side === "left" ? x + 26 : x - 26, y + 32, { size: 15, weight: 700, colour: theme.text, align: side, halo: false });
}

// What a person has: the sender Q, a bell; the receiver nothing, and at last the sample.
function thought(/** @type {Pen} */ ctx, /** @type {Theme} */ theme, [x, y], side, /** @type {(x: number, y: number) => void} */ draw) {
  const cx = x + side * 56, cy = y - 3;
  for (const [dx, r] of [[17, 2], [24, 3]]) disc(ctx, x + side * dx, y + 1, r, css(theme.muted, 0.6));
  const bubble = new Path2D();
  bubble.ellipse(cx, cy, 26, 16, 0, 0, 7);
  stroke(ctx, bubble, css(theme.muted, 0.6), 1.2);
  draw(cx, cy);
}

function drawWire(/** @type {Pen} */ ctx, /** @type {Theme} */ theme, data, /** @type {HeroPose} */ pose, /** @type {HeroLayout} */ at) {
  const [from, to, y] = at.wire, middle = (from + to) / 2;
  line(ctx, [[from, y], [to, y]], css(theme.bound, 0.55), 3);
  for (const x of [from, to]) disc(ctx, x, y, 4, css(theme.bound));
  const bits = `${pose.arrived} bit${pose.arrived === 1 ? "" : "s"}`;
  const sending = pose.carried > 0;
  write(ctx, theme, bits, middle, y - 11, { size: sending ? 22 : 16, weight: 700, align: "center", colour: sending ? theme.ink.winner : theme.muted });
  if (pose.unrolled > 0 && !sending) write(ctx, theme, `shared seed ${data.seed}`, middle, y + 24, { size: 14, align: "center" });
  pose.flights.forEach((flight, i) => {
    if (flight <= 0) return;
    const home = to - 14 - (data.codeword.length - 1 - i) * Math.min(21, (to - from - 24) / (data.codeword.length - 1)), x = mix(from + 8, home, smooth(flight));
    disc(ctx, x, y, 10.5, css(theme.bg));
    disc(ctx, x, y, 9.5, css(theme.winner));
    write(ctx, theme, data.codeword[i], x, y + 5, { size: 14, weight: 700, align: "center", colour: theme.bg, halo: false });
  });
}

function drawTape(/** @type {Pen} */ ctx, /** @type {Theme} */ theme, /** @type {HeroData} */ data, /** @type {HeroPose} */ pose, /** @type {HeroLayout} */ at, whose) {
  const tape = at.tapes[whose], { top, height, column, first } = tape;
  const heights = whose ? data.own_heights : data.heights, right = first + pose.unrolled * column;
  if (whose === 0) drawBell(ctx, theme, data, pose, tape, right);
  if (pose.unrolled > 0) {
    ctx.fillStyle = css(theme.p, whose ? 0.1 : 0.07);
    ctx.fillRect(first, top, right - first, height);
    for (const y of [top, top + height]) line(ctx, [[first, y], [right, y]], css(theme.p, 0.55), 1.5);
    for (let k = 1; k < pose.unrolled; k++) line(ctx, [[first + k * column, top], [first + k * column, top + height]], css(theme.p, 0.16), 1);
  }
  const lit = whose ? pose.same : pose.won, faded = mix(1, 0.4, whose ? pose.same : pose.won);
  for (let k = 0; k < Math.floor(pose.unrolled); k++) {
    const x = centre(tape, k), y = across(tape, heights[k]), number = k + 1;
    const chosen = number === data.winner && lit > 0, leads = whose === 0 && number === pose.leader && !chosen;
    const passed = whose === 1 && pose.counting > 0 && number <= pose.counted;
    ctx.globalAlpha = chosen ? 1 : faded;
    if (chosen) {
      star(ctx, theme, x, y, mix(7, 13, lit));
      if (lit < 1) stroke(ctx, ringPath(x, y, 8 + 26 * lit), css(theme.winner, 1 - lit), 3);
    } else {
      disc(ctx, x, y, 6, css(passed ? theme.winner : leads ? theme.best : whose ? theme.p : theme.candidate));
      if (leads) stroke(ctx, ringPath(x, y, 10), css(theme.best), 2.5);
    }
    const bold = chosen || leads || passed;
    write(ctx, theme, String(number), x, top + height + 17, {
      size: 14, weight: bold ? 700 : 400, align: "center", halo: false, alpha: chosen ? 1 : mix(1, 0.75, 1 - faded),
      colour: chosen || passed ? theme.ink.winner : leads ? theme.ink.best : theme.muted,
    });
  }
  ctx.globalAlpha = 1;
  if (pose.unrolled > 0 && pose.unrolled < heights.length) roll(ctx, theme, right, top, height, pose.unrolled / heights.length);
  if (lit > 0.6) {
    const value = whose ? data.received : data.tape[data.winner - 1], x = centre(tape, data.winner - 1);
    write(ctx, theme, `x = ${fmt(value)}`, x + 16, top + height + at.foot + 22, { size: 14, weight: 700, colour: theme.text, halo: false, alpha: (lit - 0.6) / 0.4 });
  }
}

const ringPath = (x, y, r) => {
  const path = new Path2D();
  path.arc(x, y, r, 0, 7);
  return path;
};

// The part of the tape that is still rolled up: a cylinder, thinner the more of it lies flat.
function roll(/** @type {Pen} */ ctx, /** @type {Theme} */ theme, x, top, height, done) {
  const w = mix(26, 6, done);
  ctx.fillStyle = css(theme.bg);
  ctx.beginPath();
  ctx.roundRect(x - w / 2, top - 3, w, height + 6, w / 2);
  ctx.fill();
  ctx.fillStyle = css(theme.p, 0.28);
  ctx.fill();
  ctx.strokeStyle = css(theme.p, 0.8);
  ctx.lineWidth = 1.5;
  ctx.stroke();
  line(ctx, [[x + w / 6, top], [x + w / 6, top + height]], css(theme.p, 0.5), 1.5);
}

// Q along the tape's own axis, and the stretch of the tape that it likes.
function drawBell(/** @type {Pen} */ ctx, /** @type {Theme} */ theme, /** @type {HeroData} */ data, /** @type {HeroPose} */ pose, /** @type {Tape} */ tape, right) {
  const { first } = tape, top = Math.max(...data.ratios), count = data.ratios.length, u = (i) => (i + 0.5) / count;
  const points = data.ratios.map((r, i) => [first - 4 - (GUTTER - 16) * pose.bell * (r / top), across(tape, u(i))]);
  if (pose.unrolled > 0) {
    const step = (tape.height - 18) / count;
    data.ratios.forEach((r, i) => {
      ctx.fillStyle = css(theme.q, 0.4 * (r / top));
      ctx.fillRect(first, across(tape, u(i)) - step / 2, right - first, step + 0.3);
    });
  }
  ctx.fillStyle = css(theme.q, 0.22 * pose.bell);
  ctx.fill(polyline([[first - 4, across(tape, 0)], ...points, [first - 4, across(tape, 1)]]));
  line(ctx, points, css(theme.q, pose.bell), 2.5);
  const peak = data.ratios.indexOf(top);
  write(ctx, theme, "Q", first - 26, across(tape, u(peak)) - 26, { size: 16, weight: 700, align: "center", colour: theme.ink.q, alpha: pose.bell });
}

function drawScores(/** @type {Pen} */ ctx, /** @type {Theme} */ theme, /** @type {HeroData} */ data, /** @type {HeroPose} */ pose, /** @type {HeroLayout} */ at) {
  const tape = at.tapes[0], floor = tape.top + tape.height + at.foot + at.bar + 10;
  if (!pose.scored[0]) return;
  write(ctx, theme, "score", tape.left, floor - 2, { size: 14, halo: false });
  line(ctx, [[tape.first, floor], [tape.first + data.tape.length * tape.column, floor]], css(theme.muted, 0.5), 1);
  data.scores.forEach((score, k) => {
    if (pose.scored[k] <= 0) return;
    const number = k + 1, high = Math.max(2.5, at.bar * score) * smooth(pose.scored[k]), w = Math.min(22, tape.column * 0.55);
    const colour = number === data.winner && pose.won > 0 ? theme.winner : number === pose.leader ? theme.best : theme.candidate;
    ctx.fillStyle = css(colour, number === data.winner && pose.won > 0 ? 1 : mix(1, 0.45, pose.won));
    ctx.fillRect(centre(tape, k) - w / 2, floor - high, w, high);
  });
  if (pose.judging) {
    const x = centre(tape, pose.judging - 1) - tape.column / 2;
    ctx.strokeStyle = css(theme.text, 0.75);
    ctx.lineWidth = 2;
    ctx.strokeRect(x + 1, tape.top + 1, tape.column - 2, tape.height - 2);
  }
}

// The receiver's finger hops from candidate to candidate.
function drawCounting(/** @type {Pen} */ ctx, /** @type {Theme} */ theme, /** @type {HeroPose} */ pose, /** @type {HeroLayout} */ at) {
  const tape = at.tapes[1], y = tape.top + tape.height + at.foot;
  if (!pose.counting && !pose.same) return;
  for (let k = 0; k < pose.counted; k++) {
    const x = centre(tape, k), back = x - tape.column;
    if (k > 0) {
      const hop = new Path2D();
      hop.moveTo(back, y + 4);
      hop.quadraticCurveTo((back + x) / 2, y + 20, x, y + 4);
      stroke(ctx, hop, css(theme.winner, 0.9), 2);
    }
  }
  if (pose.counted && pose.same < 1) {
    const x = centre(tape, pose.counted - 1);
    ctx.strokeStyle = css(theme.winner);
    ctx.lineWidth = 2.5;
    ctx.strokeRect(x - tape.column / 2 + 1, tape.top + 1, tape.column - 2, tape.height - 2);
  }
}

// The number on its way from the tape to the wire.
function drawParcel(/** @type {Pen} */ ctx, /** @type {Theme} */ theme, /** @type {HeroData} */ data, /** @type {HeroPose} */ pose, /** @type {HeroLayout} */ at) {
  if (pose.won < 1 || pose.flights[0] > 0) return;
  const tape = at.tapes[0], [from, , wire] = at.wire;
  const x = mix(centre(tape, data.winner - 1), from + 8, pose.carried), y = mix(tape.top + tape.height + 12, wire, pose.carried);
  disc(ctx, x, y, 14, css(theme.bg));
  disc(ctx, x, y, 12.5, css(theme.winner));
  write(ctx, theme, String(data.winner), x, y + 5.5, { size: 16, weight: 700, align: "center", colour: theme.bg, halo: false });
}
