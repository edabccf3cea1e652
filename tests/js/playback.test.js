// Playback as the reader drives it: what follows from what, without a clock or a page.

import assert from "node:assert/strict";
import test from "node:test";
import { begin, reduce } from "../../rec_viz/stage/playback.js";
import { TWEEN, buildTimeline } from "../../rec_viz/stage/timeline.js";

const timeline = buildTimeline([{ count: 5, improvements: [0, 3], partitioned: true }]); // 4 steps, 5 candidates, 3 steps
const LAST = 11;
const after = (...events) => events.reduce(reduce, begin(timeline));
const seek = (step) => ({ type: "seek", step });
const tick = (seconds) => ({ type: "tick", seconds });
const PLAY = { type: "play" }, PAUSE = { type: "pause" };

test("it begins at a glance, standing still, at the speed asked for", () => {
  assert.deepEqual(begin(timeline), { timeline, step: 0, time: 0, since: Infinity, playing: false, speed: 1 });
  assert.equal(begin(timeline, 4).speed, 4);
});

test("no event changes the state it is given", () => {
  const state = Object.freeze(after(seek(3), PLAY));
  for (const event of [PLAY, PAUSE, tick(0.5), seek(7), { type: "step", by: 1 }, { type: "speed", speed: 2 }]) reduce(state, event);
  assert.equal(state.step, 3);
});

test("playing starts at the densities, and again once the end is reached", () => {
  for (const from of [0, LAST]) {
    const state = after(seek(from), PLAY);
    assert.deepEqual([state.step, state.playing, state.time], [1, true, timeline.starts[1]]);
  }
  assert.equal(after(seek(6), PLAY).step, 6);
});

test("time passes while it plays, and the steps with it", () => {
  const state = after(PLAY, tick(2.1));
  assert.equal(state.step, 1);
  assert.equal(reduce(state, tick(0.2)).step, 2); // the densities are held for 2.2 s
  assert.ok(Math.abs(state.since - 2.1) < 1e-12);
});

test("speed stretches time and changes nothing else", () => {
  const slow = after(PLAY, tick(1), tick(1)), fast = after(PLAY, { type: "speed", speed: 2 }, tick(1));
  assert.deepEqual({ ...fast, speed: 1 }, slow);
  assert.deepEqual(after(seek(5), { type: "speed", speed: 8 }, PAUSE), { ...after(seek(5)), speed: 8 });
});

test("a pause keeps the place, and playing goes on from there", () => {
  const paused = after(PLAY, tick(2.5), PAUSE);
  assert.deepEqual([paused.playing, paused.time], [false, 2.5]);
  assert.ok(Math.abs(paused.since - (2.5 - timeline.starts[2])) < 1e-12);
  const on = reduce(reduce(paused, PLAY), tick(0.1));
  assert.ok(Math.abs(on.time - 2.6) < 1e-12);
  assert.equal(reduce(paused, PAUSE), paused);
});

test("standing still, only the picture's own movement goes on", () => {
  const state = after({ type: "step", by: 1, animate: true }, tick(0.25), tick(0.25));
  assert.deepEqual([state.step, state.time, state.since], [1, 0, 0.5]);
});

test("steps stay within the story; forwards they are shown as they come, backwards they are there", () => {
  const step = (by, animate = true) => ({ type: "step", by, animate });
  assert.equal(after(step(-1)).step, 0);
  assert.equal(after(seek(LAST), step(1)).step, LAST);
  assert.equal(after(seek(7), step(-Infinity)).step, 0);
  assert.equal(after(seek(4), step(1)).since, 0);
  assert.equal(after(seek(4), step(-1)).since, Infinity);
  assert.equal(after(seek(4), step(1, false)).since, Infinity); // reduced motion
  assert.equal(after(seek(4), PLAY, step(1)).playing, false);
  assert.equal(after(PLAY, tick(2.5), step(1)).step, 3);
});

test("scrubbing stops, goes there at once, and never beyond the end", () => {
  const state = after(PLAY, tick(3), seek(8));
  assert.deepEqual([state.step, state.playing, state.time, state.since], [8, false, timeline.starts[8], Infinity]);
  assert.equal(after(seek(Infinity)).step, LAST);
  assert.equal(after(seek(-3)).step, 0);
  assert.equal(after({ type: "seek", step: 2, animate: true }).since, 0);
});

test("it stops by itself once the last step has been shown", () => {
  const end = after(seek(LAST - 1), PLAY, tick(timeline.starts[LAST] - timeline.starts[LAST - 1] + TWEEN.decoded - 1e-9));
  assert.deepEqual([end.step, end.playing], [LAST, true]);
  const over = reduce(end, tick(0.01));
  assert.deepEqual([over.step, over.playing], [LAST, false]);
});

test("played in small ticks the story visits every step once, in order", () => {
  const seen = [];
  let state = after(PLAY);
  for (let k = 0; k < 4000 && state.playing; k++) {
    state = reduce(state, tick(0.016));
    if (seen.at(-1) !== state.step) seen.push(state.step);
  }
  assert.deepEqual(seen, Array.from({ length: LAST }, (_, i) => i + 1));
});
