// The hero's story: twelve seconds, in order, and everything where it belongs at the end.

import assert from "node:assert/strict";
import test from "node:test";
import { SECONDS, poseAt, sceneAt, scenes, turns } from "../../rec_viz/components/hero/story.js";

const data = { tape: [1, 2, 3, 4, 5, 6, 7, 8], leaders: [1, 3, 6], winner: 6, codeword: "10110" };
const story = scenes(data), at = (time) => poseAt(data, story, time);
const begins = (name) => story.find((scene) => scene.name === name).from;

test("the scenes fill twelve seconds without a gap", () => {
  assert.equal(story[0].from, 0);
  for (let i = 1; i < story.length; i++) assert.equal(story[i].from, story[i - 1].to);
  assert.ok(Math.abs(story.at(-1).to - SECONDS) < 1e-9);
  assert.equal(sceneAt(story, 0).name, "intro");
  assert.equal(sceneAt(story, SECONDS).name, "same");
});

test("no caption has more than ten words", () => {
  for (const { says } of story) assert.ok(says.split(" ").length <= 10, says);
});

test("those that take the lead are given longer, and all fit", () => {
  const starts = turns(data, 4), longs = data.tape.map((_, k) => (starts[k + 1] ?? 1) - starts[k]);
  assert.ok(longs[2] > longs[1]);
  assert.ok(Math.abs(longs[1] - longs[3]) < 1e-9);
  assert.ok(Math.abs(longs.reduce((a, b) => a + b) - 1) < 1e-9);
});

test("nothing is told before its time", () => {
  assert.equal(at(0).unrolled, 0);
  assert.equal(at(begins("race")).leader, 0);
  assert.equal(at(begins("winner")).won, 0);
  assert.equal(at(begins("send")).arrived, 0);
  assert.equal(at(begins("count")).counted, 0);
  assert.equal(at(begins("same")).same, 0);
});

test("each scene leaves its work done", () => {
  assert.equal(at(begins("race")).unrolled, data.tape.length);
  assert.ok(at(begins("winner")).scored.every((share) => share === 1));
  assert.equal(at(begins("winner")).leader, 6);
  assert.equal(at(begins("send")).won, 1);
  assert.equal(at(begins("count")).arrived, data.codeword.length);
  assert.equal(at(begins("same")).counted, data.winner);
  assert.equal(at(SECONDS).same, 1);
});

test("the lead passes only to those that led", () => {
  const seen = new Set();
  for (let time = begins("race"); time < begins("winner"); time += 0.01) seen.add(at(time).leader);
  assert.deepEqual([...seen], [0, 1, 3, 6]);
});

test("the counter and the count never go back", () => {
  let before = at(0);
  for (let time = 0; time <= SECONDS; time += 0.02) {
    const now = at(time);
    for (const name of ["unrolled", "arrived", "counted", "same"]) assert.ok(now[name] >= before[name], `${name} at ${time}`);
    before = now;
  }
});
