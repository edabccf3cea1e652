// Both sides' tapes as SVG, and the wire. What has just arrived flies over and is counted up to; the rest stands still.

import { el, setText } from "../../stage/dom.js";
import { css, readTheme } from "../../stage/draw.js";
import { mounted } from "../../stage/mounted.js";

const HEIGHT = 230, FLOOR = 204, TOP = 8, LEFT = 30, RIGHT = 8;
const FLIGHT = 0.9, COUNT = 0.22; // seconds: over the wire, and for each candidate that is counted
const ROLES = ["q", "heuristic", "candidate", "winner"];

function shape(tag, className, attributes = {}) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  if (className) node.setAttribute("class", className);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  return node;
}

function words(text, x, y, anchor = "middle") {
  const node = shape("text", "", { x, y, "text-anchor": anchor });
  node.textContent = text;
  return node;
}

function star(x, y, r) {
  const tips = Array.from({ length: 10 }, (_, i) => {
    const a = -Math.PI / 2 + (i * Math.PI) / 5, s = i % 2 ? r * 0.45 : r;
    return `${x + s * Math.cos(a)},${y + s * Math.sin(a)}`;
  });
  return shape("polygon", "star", { points: tips.join(" ") });
}

// Where column c and row k of a side are, in a picture so wide.
function grid({ bins, rows }, width) {
  const wide = (width - LEFT - RIGHT) / bins.length, tall = (FLOOR - TOP) / rows.length;
  return { wide, tall, X: (c, share) => LEFT + (c + share) * wide, Y: (k) => FLOOR - (k + 0.5) * tall };
}

function drawSide(svg, side, aim, after) {
  const width = svg.clientWidth, { bins, rows, across, place, q, cut } = side, { wide, tall, X, Y } = grid(side, width);
  const parts = [];
  if (q.length) {
    const points = q.map(([u, r]) => `${LEFT + u * (width - LEFT - RIGHT)},${FLOOR - r * (FLOOR - TOP) * 0.85}`);
    parts.push(shape("polygon", "q", { points: [`${LEFT},${FLOOR}`, ...points, `${width - RIGHT},${FLOOR}`].join(" ") }));
  }
  if (place) {
    const height = (place[1] + 1) * tall;
    parts.push(shape("rect", "tape", { x: X(place[0], 0), y: FLOOR - height, width: wide, height }));
  }
  if (cut && wide > 5) for (let c = 0; c <= bins.length; c++) parts.push(shape("line", "cut", { x1: X(c, 0), x2: X(c, 0), y1: TOP, y2: FLOOR }));
  parts.push(shape("line", "floor", { x1: LEFT, x2: width - RIGHT, y1: FLOOR, y2: FLOOR }));
  rows.forEach((row, k) => {
    parts.push(words(String(row), LEFT - 8, Y(k) + 4, "end"));
    if (k && row > rows[k - 1] + 1) parts.push(words("⋮", LEFT - 12, Y(k - 0.5) + 5));
  });
  if (cut) parts.push(words("bin", LEFT - 8, FLOOR + 18, "end"));
  bins.forEach((name, c) => {
    const room = wide > 9 * name.length + 4;
    if (cut && (room || place?.[0] === c)) parts.push(words(name, X(c, 0.5), FLOOR + 18));
  });
  for (const [c, shares] of across.entries()) {
    for (const [k, share] of shares.entries()) {
      const counted = place?.[0] === c && k <= place[1];
      const dot = shape("circle", counted ? "dot counted" : "dot", { cx: X(c, share), cy: Y(k), r: wide < 12 ? 2 : 3.2 });
      if (counted) dot.style.animationDelay = `${FLIGHT + COUNT * k}s`;
      parts.push(dot);
    }
  }
  const put = (node, [c, k]) => {
    node.style.animationDelay = `${after ? FLIGHT + COUNT * (k + 1) : 0}s`;
    parts.push(node);
    return [X(c, across[c][k]), Y(k)];
  };
  if (place) {
    const [x, y] = [X(place[0], across[place[0]][place[1]]), Y(place[1])];
    put(side.accepted === false ? shape("circle", "wrong", { cx: x, cy: y, r: 8 }) : star(x, y, 9), place);
    if (side.accepted === false) put(shape("path", "wrong", { d: `M${x - 5},${y - 5}L${x + 5},${y + 5}M${x + 5},${y - 5}L${x - 5},${y + 5}` }), place);
  }
  if (aim) parts.push(shape("circle", "right", { cx: X(aim[0], across[aim[0]][aim[1]]), cy: Y(aim[1]), r: 9 }));
  svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
  svg.replaceChildren(...parts);
}

const named = ({ place, bins, rows, cut }) => (place ? `${cut ? `bin ${bins[place[0]]}, ` : ""}candidate ${rows[place[1]]}` : "");

function createTapes(parent) {
  const root = parent.querySelector(".tapes"), find = (selector) => root.querySelector(selector);
  let /** @type {TapesData | undefined} */ data, arrived = "";

  function show(/** @type {TapesData} */ next) {
    data = next;
    const theme = readTheme(root, data.colors);
    for (const role of ROLES) root.style.setProperty(`--${role}`, css(theme[role]));
    const now = JSON.stringify([data.wire, data.receiver.place]);
    if (now !== arrived) {
      arrived = now;
      root.classList.remove("moving");
      void root.offsetWidth; // restarts the animations
      root.classList.toggle("moving", data.wire.arrived);
    }
    draw();
  }

  function draw() {
    if (!data || !find("svg").clientWidth) return;
    const { sender, receiver, wire } = data;
    // Where the right dot would be on the receiver's tapes, if it holds another.
    const same = JSON.stringify([sender.bins, sender.rows]) === JSON.stringify([receiver.bins, receiver.rows]);
    const aim = same && sender.place && receiver.place && String(sender.place) !== String(receiver.place) ? sender.place : null;
    drawSide(find(".sender svg"), sender, null, false);
    drawSide(find(".receiver svg"), receiver, aim, wire.arrived);
    setText(find(".sender .at"), sender.place ? `The star is ${named(sender)}.` : "");
    setText(find(".receiver .at"), receiver.place ? `${receiver.accepted ? "Counts to" : "Would count to"} ${named(receiver)}.` : "");
    find(".bits").replaceChildren(...[...wire.bits].map((bit, i) => (wire.flipped.includes(i) ? el("span", "flipped", bit) : bit)));
    setText(find(".frame"), wire.frame_bits ? `and ${wire.frame_bits} bits of frame${wire.in_frame ? ", changed on the way" : ""}` : "");
    setText(find("figcaption"), data.says);
    root.dataset.place = receiver.place ? named(receiver) : "";
    root.dataset.accepted = String(receiver.accepted);
  }

  const observer = new ResizeObserver(draw);
  observer.observe(root);
  return { root, show, destroy: () => observer.disconnect() };
}

export default mounted(createTapes);
