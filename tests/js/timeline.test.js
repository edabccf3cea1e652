// When each step begins, and how long all of them take.

import assert from "node:assert/strict";
import test from "node:test";
import { buildTimeline, stepAt, stepOf } from "../../rec_viz/stage/timeline.js";

const search = (count, leaders = [0], partitioned = false) => ({ count, partitioned, improvements: leaders });
const kinds = (timeline) => Array.from({ length: timeline.last + 1 }, (_, i) => timeline.kind(i));

test("the steps are told in order; bins add two", () => {
  const end = ["winner", "message", "decoded"];
  assert.deepEqual(kinds(buildTimeline([search(2)])), ["glance", "densities", "candidate", "candidate", ...end]);
  assert.deepEqual(kinds(buildTimeline([search(1), search(2, [0], true)])),
    ["glance", "densities", "cut", "reweight", "candidate", "candidate", ...end]);
});

test("searches side by side are as long as the longest", () => {
  const timeline = buildTimeline([search(3), search(40)]);
  assert.deepEqual([timeline.first, timeline.most, timeline.last], [2, 40, 44]);
  assert.deepEqual([0, 2, 41, 42, 44].map(timeline.seenAt), [0, 1, 40, 40, 40]);
});

const lasts = ({ starts, first, most }) => Array.from({ length: most }, (_, k) => starts[first + k + 1] - starts[first + k]);

test("the first three and every new leader are shown one by one, the rest rain and end in time", () => {
  for (const most of [13, 100, 3000]) {
    const seconds = lasts(buildTimeline([search(most, [0, 5, 11])]));
    const slow = new Set([0, 1, 2, 5, 11]);
    assert.ok(seconds.every((t, k) => (slow.has(k) ? Math.abs(t - 2.5) < 1e-9 : t <= 0.45 + 1e-9)), String(most));
    assert.ok(seconds.reduce((sum, t, k) => sum + (slow.has(k) ? 0 : t), 0) <= 6.5 * 1.001, String(most));
  }
});

test("a leader of any search counts, and many of them share twenty seconds", () => {
  const seconds = lasts(buildTimeline([search(50, [0, 9]), search(50, [0, 20])]));
  assert.deepEqual([9, 20].map((k) => seconds[k]), [2.5, 2.5]);
  const many = lasts(buildTimeline([search(50, [...Array(25).keys()])]));
  assert.ok(Math.abs(many.slice(0, 25).reduce((a, b) => a + b, 0) - 20) < 1e-9);
});

test("the step at a time is the one that has begun", () => {
  const timeline = buildTimeline([search(60, [0, 7], true)]);
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
