// What Python ships, unpacked, and what is said of it.

import assert from "node:assert/strict";
import test from "node:test";
import { candidateFacts, laneCaption, laneDetail, sceneCaption } from "../../rec_viz/stage/captions.js";
import { pointedText } from "../../rec_viz/stage/pointed.js";
import { binOf, decodeBytes, decodeScene, frontAt, ratioOf, sameBin, sampleOf } from "../../rec_viz/stage/scene.js";

const pack = (Type, t, values) => ({ t, n: values.length, b64: Buffer.from(new Type(values).buffer).toString("base64") });
const f8 = (...values) => pack(Float64Array, "f8", values);
const f4 = (...values) => pack(Float32Array, "f4", values);
const i4 = (...values) => pack(Int32Array, "i4", values);

// Three candidates in two bins of one dimension; the third cannot win, the second does.
const lane = (more = {}) => ({
  title: "PFR with bins", name: "pfr_bins", method: "pfr", partitioned: true, weighting: "peak_ratio", num_bins_text: "2", log2_num_bins: 1,
  intervals: i4(2), log2_sup_ratio: 2, num_events: 3, examined: 3, num_candidates: null, expected_examined: 4, stopping: "single",
  arrival: f8(0.5, 1, 1.5), race: f8(0.5, 0.25, Infinity), log2_ratio: f4(0, 2, -Infinity), x: f4(-1, 0.5, -2), u: f4(0.1, 0.7, 0.05),
  bin: i4(0, 1, 0), local: i4(1, 1, 2), position: i4(1, 2, 3), best: i4(0, 1, 1), winner: 1, stop_time: 1, per_bin: false,
  message: { bin: [1], bin_bits: "1", index: 1, index_bits: "0", length_bits: 2.5, bin_length_bits: 1, index_length_bits: 1.5 }, ...more,
});
const scene = (...lanes) => decodeScene({
  id: "x", view: "race", lanes, problem: { dim: 1, kl_bits: 1.25, d_inf_bits: 3 }, receiver: lanes.map(() => ({ x: [0.5], equal: true })),
});

test("arrays come out with their numbers and types", () => {
  const [one] = scene(lane()).lanes;
  assert.ok(one.arrival instanceof Float64Array && one.x instanceof Float32Array && one.bin instanceof Int32Array);
  assert.deepEqual([...one.arrival], [0.5, 1, 1.5]);
  assert.deepEqual([binOf(one, 1, 0), ratioOf(one, 1), [...sampleOf(one, 1)]], [1, 4, [0.5]]);
  assert.deepEqual([sameBin(one, 0, 2), sameBin(one, 0, 1)], [true, false]);
});

test("a lane knows where it stops and who has led", () => {
  const [one] = scene(lane()).lanes;
  assert.deepEqual([one.winTime, one.sup, one.budget, one.binned], [0.25, 4, null, true]);
  assert.deepEqual(one.improvements, [0, 1]);
  assert.ok(one.radii[1] > one.radii[0] && one.radii[0] > one.radii[2]);
});

test("a budget is the time of its last candidate", () => {
  const [one] = scene(lane({ method: "orc", num_candidates: 3, name: "orc", stop_time: 1.5 })).lanes;
  assert.deepEqual([one.budget, one.binned], [1.5, false]);
});

test("the front rises by the bin's weight until the search stops there", () => {
  const weights = { weighting: "target_mass", grid_weight: f4(0.5, 1.5, 0) };
  const fronts = (more, time) => [0, 1, 2].map((i) => frontAt(scene(lane({ ...weights, ...more })).lanes[0], i, time));
  assert.deepEqual(fronts({}, 10), [0.5, 1.5, 0]); // one stop line, at time 1
  const each = { per_bin: true, grid_stop: f8(0.5, 4 / 3, 1) };
  assert.deepEqual(fronts(each, 10), [0.25, 2, 0]);
  assert.deepEqual(fronts(each, 0.2).map((v) => Math.round(100 * v) / 100), [0.1, 0.3, 0]);
});

test("a scene of the socket is the one of the page", () => {
  const numbers = new Float64Array([1.5, -2]), header = JSON.stringify({ a: { t: "f8", n: 2, at: 0 }, b: "x" });
  const text = header.padEnd(Math.ceil((header.length + 4) / 8) * 8 - 4), bytes = new Uint8Array(4 + text.length + 16);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(new TextEncoder().encode(text), 4);
  bytes.set(new Uint8Array(numbers.buffer), 4 + text.length);
  const told = decodeBytes(bytes.buffer);
  assert.deepEqual([[...told.a], told.b], [[1.5, -2], "x"]);
});

test("captions say why a candidate leads or cannot", () => {
  const told = scene(lane());
  const say = (e) => laneCaption(told, told.lanes[0], told.timeline.first + e);
  const detail = (e) => laneDetail(told, told.lanes[0], told.timeline.first + e);
  assert.equal(say(0), "Candidate 1: race time 0.5, the one to beat.");
  assert.equal(say(1), "Candidate 2 takes the lead: 0.25 < 0.5.");
  assert.equal(say(2), "Candidate 3: Q is zero there.");
  assert.match(detail(0), /^Candidate 1 arrives in bin 1 at time 0\.5: 0\.5 ÷ ratio 1 gives race time 0\.5, the one to beat\.$/);
  assert.match(detail(1), /^Candidate 2 takes the lead: 0\.25 < 0\.5\. It arrives in bin 2 at time 1, and/);
  assert.match(detail(2), /Q is zero there, so it cannot win\.$/);
  assert.equal(sceneCaption(told, 0), laneCaption(told, told.lanes[0], 0));
  assert.match(sceneCaption(scene(lane(), lane()), 0), /^Same target\. Looked at: 3 and 3\.$/);
  assert.match(candidateFacts(told.lanes[0], 1), /^Candidate 2, the winner\nbin 2, number 1 in it\nx = 0\.5\n/);
});

test("no caption has more than ten words", () => {
  for (const told of [scene(lane()), scene(lane(), lane())]) {
    for (let step = 0; step <= told.timeline.last; step++) {
      for (const text of [sceneCaption(told, step), ...told.lanes.map((one) => laneCaption(told, one, step))]) {
        assert.ok(text.split(/\s+/).length <= 10, text);
      }
    }
  }
});

test("what is pointed at in two searches is said once, unless it differs", () => {
  const told = scene(lane(), lane({ title: "Other", position: i4(1, 2, 3), race: f8(0.5, 0.125, Infinity) }));
  const both = (kind, more) => pointedText(told, [0, 1].map((i) => ({ lane: i, kind, ...more })));
  assert.equal(both("q", {}), "Marked: Q, the target, which only the sender knows.");
  assert.match(both("candidate", { event: 1 }), /^Marked: PFR with bins, candidate 2.* race time 0\.25\. Other, candidate 2.* race time 0\.125\.$/);
});
