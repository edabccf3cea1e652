// The channel to the core: one request in flight, the newest waits, a lost socket comes back.

import assert from "node:assert/strict";
import test from "node:test";
import { between, changeOf } from "../../rec_viz/stage/handles.js";
import { addressOf, createChannel } from "../../rec_viz/stage/live.js";

function channel() {
  const sockets = [], answers = [], timers = [];
  const made = createChannel({
    open: () => { const socket = { sent: [], send(text) { this.sent.push(JSON.parse(text).n); }, close() { this.onclose(); } }; sockets.push(socket); return socket; },
    answered: (data) => answers.push(data),
    later: (f, ms) => timers.push({ f, ms }),
  });
  return { ...made, sockets, answers, timers };
}

test("one request is in flight and the newest of the others follows it", () => {
  const one = channel();
  one.connect();
  one.ask({ n: 1 }); // before the socket is open
  one.ask({ n: 2 });
  const [socket] = one.sockets;
  assert.deepEqual(socket.sent, []);
  socket.onopen();
  assert.deepEqual(socket.sent, [2]);
  for (const n of [3, 4, 5]) one.ask({ n });
  assert.deepEqual(socket.sent, [2]);
  socket.onmessage({ data: "two" });
  assert.deepEqual(socket.sent, [2, 5]);
  assert.deepEqual(one.answers, ["two"]);
  socket.onmessage({ data: "five" });
  assert.deepEqual(socket.sent, [2, 5]);
  assert.deepEqual(one.answers, ["two", "five"]);
});

test("an answer nobody waits for any more is not drawn", () => {
  const one = channel();
  one.connect();
  const [socket] = one.sockets;
  socket.onopen();
  one.ask({ n: 1 });
  one.ask({ n: 2 });
  one.drop();
  socket.onmessage({ data: "one" });
  assert.deepEqual([one.answers, socket.sent], [[], [1]]);
  one.ask({ n: 3 });
  socket.onmessage({ data: "three" });
  assert.deepEqual([one.answers, socket.sent], [["three"], [1, 3]]);
});

test("a lost socket comes back, ever more slowly, and asks nothing old", () => {
  const one = channel();
  one.connect();
  one.sockets[0].onopen();
  one.ask({ n: 1 });
  one.ask({ n: 2 });
  one.sockets[0].onclose();
  assert.equal(one.alive(), false);
  for (let k = 0; k < 3; k++) {
    one.timers.at(-1).f();
    one.sockets.at(-1).onclose();
  }
  assert.deepEqual(one.timers.map(({ ms }) => ms), [1000, 2000, 4000, 8000]);
  one.timers.at(-1).f();
  const socket = one.sockets.at(-1);
  socket.onopen();
  assert.deepEqual([one.alive(), socket.sent], [true, []]);
  one.ask({ n: 7 });
  assert.deepEqual(socket.sent, [7]);
  socket.onclose();
  assert.equal(one.timers.at(-1).ms, 1000); // patient anew
});

test("it gives up in the end, and a closed channel stays closed", () => {
  const one = channel();
  one.connect();
  for (let k = 0; k < 20 && one.timers.length === k; k++) {
    one.sockets.at(-1).onclose();
    one.timers[k]?.f();
  }
  assert.equal(one.sockets.length, 7);
  const two = channel();
  two.connect();
  two.close();
  assert.deepEqual(two.timers, []);
  two.connect();
  assert.equal(two.sockets.length, 1);
});

test("the core answers beside the page", () => {
  assert.equal(addressOf("http://127.0.0.1:8501/lab?v=1#top"), "ws://127.0.0.1:8501/live");
  assert.equal(addressOf("https://rec.example/"), "wss://rec.example/live");
});

test("a place on the picture is a value, and back", () => {
  const x = [-2, 0, 1, 1, 3], px = [10, 50, 90, 90, 100];
  for (const v of [-2, -1, 0, 0.25, 2, 3]) assert.ok(Math.abs(between(px, x, between(x, px, v)) - v) < 1e-12, String(v));
  assert.deepEqual([between(x, px, -9), between(x, px, 9)], [10, 100]);
});

test("only what was dragged is told", () => {
  const before = { rows: [[0, 1]], intervals: [8] };
  assert.deepEqual(changeOf({ rows: [[0, 1]], intervals: [8] }, before), {});
  assert.deepEqual(changeOf({ rows: [[0.5, 1]], intervals: [8] }, before), { rows: [[0.5, 1]] });
  assert.deepEqual(changeOf({ rows: [[0, 1]], intervals: [16] }, before), { intervals: [16] });
});
