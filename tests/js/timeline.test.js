// When each step begins, and how long all of them take.

import assert from "node:assert/strict";
import test from "node:test";
import { buildTimeline, stepAt, stepOf } from "../../rec_viz/stage/timeline.js";

const search = (count, winner = count - 1, partitioned = false) => ({ count, winner, partitioned });
const kinds = (timeline) => Array.from({ length: timeline.last + 1 }, (_, i) => timeline.kind(i));

test("the steps are told in order; bins add two", () => {
  const end = ["winner", "message", "decoded"];
  assert.deepEqual(kinds(buildTimeline([search(2)])), ["glance", "densities", "candidate", "candidate", ...end]);
  assert.deepEqual(kinds(buildTimeline([search(1), search(2, 0, true)])),
    ["glance", "densities", "cut", "reweight", "candidate", "candidate", ...end]);
});

test("searches side by side are as long as the longest", () => {
  const timeline = buildTimeline([search(3), search(40)]);
  assert.deepEqual([timeline.first, timeline.most, timeline.last], [2, 40, 44]);
  assert.deepEqual([0, 2, 41, 42, 44].map(timeline.seenAt), [0, 1, 40, 40, 40]);
});

test("the first dozen are slow, the rest speed up, and the rain ends in time", () => {
  for (const most of [13, 100, 3000]) {
    const { starts, first } = buildTimeline([search(most, 0)]);
    const lasts = Array.from({ length: most }, (_, k) => starts[first + k + 1] - starts[first + k]);
    assert.ok(lasts.slice(1, 12).every((t) => Math.abs(t - 0.45) < 1e-9));
    assert.ok(lasts.slice(12).every((t, k) => t <= 0.45 + 1e-9 && (k === 0 || t <= lasts[11 + k] + 1e-9)));
    assert.ok(lasts.slice(12).reduce((a, b) => a + b, 0) <= 6.5 * 1.001, String(most));
  }
});

test("a winner is given time to be seen", () => {
  const { starts, first } = buildTimeline([search(500, 400)]);
  assert.ok(Math.abs(starts[first + 401] - starts[first + 400] - 0.9) < 1e-9);
  assert.ok(starts[first + 400] - starts[first + 399] < 0.1);
});

test("the step at a time is the one that has begun", () => {
  const timeline = buildTimeline([search(60, 7, true)]);
  for (let step = 1; step <= timeline.last; step++) { // the glance takes no time
    assert.equal(stepAt(timeline, timeline.starts[step]), step);
    assert.equal(stepAt(timeline, (timeline.starts[step] + timeline.starts[step + 1]) / 2), step);
  }
  assert.equal(stepAt(timeline, 1e9), timeline.last);
});

test("a step is found by its name, and one that is not there is the first", () => {
  const timeline = buildTimeline([search(5)]);
  assert.deepEqual(["densities", "winner", "decoded", "glance", "cut"].map((kind) => stepOf(timeline, { kind })), [1, 7, 9, 0, 0]);
  assert.equal(stepOf(timeline, { kind: "candidate", event: 3 }), 5);
  assert.equal(stepOf(timeline, { kind: "candidate", event: 99 }), 6);
});
