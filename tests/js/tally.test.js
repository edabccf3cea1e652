// A room on the screens of those in it: its socket, and its histogram.

import assert from "node:assert/strict";
import { test } from "node:test";

import { createChannel } from "../../rec_viz/components/tally/channel.js";
import { barsOf } from "../../rec_viz/components/tally/tally.js";

/** Sockets that open when told to. */
function wire() {
  const sockets = [], waits = [], heard = [], refusals = [];
  const channel = createChannel({
    open: () => {
      const socket = { sent: [], send(text) { this.sent.push(JSON.parse(text)); }, close() { this.onclose?.(); } };
      sockets.push(socket);
      return socket;
    },
    heard: (told) => heard.push(told),
    refused: () => refusals.push(true),
    later: (f, ms) => waits.push([f, ms]),
  });
  return { channel, sockets, waits, heard, refusals, next: () => waits.shift()[0]() };
}

test("says who asks once it is open, again where it changes, and not twice the same", () => {
  const { channel, sockets } = wire();
  channel.say({ code: "KXTR" });
  channel.say({ code: "KXTR", question: "race/1" });
  assert.equal(sockets.length, 1);
  assert.equal(channel.ready(), false);
  sockets[0].onopen();
  assert.deepEqual(sockets[0].sent, [{ code: "KXTR", question: "race/1" }]);
  channel.say({ code: "KXTR", question: "race/1" });
  channel.say({ code: "KXTR", question: "race/2" });
  assert.deepEqual(sockets[0].sent.slice(1), [{ code: "KXTR", question: "race/2" }]);
});

test("a socket that is lost comes back, and asks again", () => {
  const { channel, sockets, heard, refusals, next } = wire();
  channel.say({ code: "KXTR" });
  sockets[0].onopen();
  sockets[0].onmessage({ data: '{"news": 3}' });
  sockets[0].onclose();
  assert.equal(channel.ready(), false);
  next();
  sockets[1].onopen();
  assert.deepEqual(sockets[1].sent, [{ code: "KXTR" }]);
  assert.deepEqual(heard, [{ news: 3 }]);
  assert.equal(refusals.length, 0);
});

test("a socket that does not open is refused once, and tried less and less", () => {
  const { channel, sockets, waits, refusals, next } = wire();
  channel.say({ code: "KXTR" });
  const pauses = [];
  for (sockets[0].onclose(); waits.length; sockets.at(-1).onclose()) {
    pauses.push(waits[0][1]);
    next();
  }
  assert.equal(refusals.length, 1);
  assert.ok(pauses.length > 3);
  assert.deepEqual(pauses, [...pauses].sort((a, b) => a - b));
});

test("a room that is gone is not asked for again", () => {
  const { channel, sockets, waits, heard } = wire();
  channel.say({ code: "KXTR" });
  sockets[0].onopen();
  sockets[0].onmessage({ data: '{"gone": true}' });
  sockets[0].onclose();
  assert.deepEqual(heard, [{ gone: true }]);
  assert.equal(waits.length, 0);
});

test("a histogram has every choice, also those nobody made, and marks the right one", () => {
  const labels = { A: "one", B: "two", C: "three" };
  assert.deepEqual(barsOf([["C", 2]], labels, "B"), [
    { name: "A", count: 0, right: false }, { name: "B", count: 0, right: true }, { name: "C", count: 2, right: false },
  ]);
  assert.deepEqual(barsOf([["1", 2], ["2.5", 1]], null, "2.5"), [
    { name: "1", count: 2, right: false }, { name: "2.5", count: 1, right: true },
  ]);
  assert.deepEqual(barsOf([], null, ""), []);
});
