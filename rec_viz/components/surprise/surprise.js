// One control: how many bits of surprise. Its answers stand in the table that Python shipped; nothing is worked out here.

import { setAria, setText } from "../../stage/dom.js";
import { css, disc, line, readTheme, sizeCanvas, write } from "../../stage/draw.js";
import { mix } from "../../stage/mix.js";
import { mounted } from "../../stage/mounted.js";

function createSurprise(parent) {
  const root = /** @type {HTMLElement} */ (parent.querySelector(".surprise")), range = root.querySelector("input"), canvas = root.querySelector("canvas");
  const at = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(name));
  /** @type {Surprise} */
  let data = null;
  /** @type {Theme} */
  let theme = null;
  let frame = 0;

  function show(/** @type {Surprise} */ next) {
    theme = readTheme(root, next.colors);
    if (!data && next.rows.length) {
      range.max = String(next.rows.length);
      range.value = String(next.start);
    }
    data = next;
    at(".answers").title = at(".basis").textContent;
    wake();
  }

  function wake() { frame ||= requestAnimationFrame(paint); }

  function paint() {
    frame = 0;
    if (!root.isConnected || !data || !root.clientWidth) return;
    range.disabled = !data.rows.length;
    if (range.disabled) return setText(at(".more"), "Being worked out on this machine.");
    const row = data.rows[Number(range.value) - 1], most = Math.ceil(data.rows[data.rows.length - 1].length_bits);
    setText(at(".bits"), `${row.bits} bit${row.bits === 1 ? "" : "s"}`);
    setText(at(".floor-bits"), `${row.floor_bits.toFixed(1)} bits`);
    setText(at(".length-bits"), `${row.length_bits.toFixed(1)} bits`);
    setText(at(".more"), `${(row.length_bits - row.floor_bits).toFixed(1)} bits above the floor, the least any one-shot code needs.`);
    for (const [name, value, colour] of [["floor", row.floor_bits, theme.bound], ["length", row.length_bits, theme.winner]]) {
      Object.assign(at(`.bar.${name}`).style, { width: `${(100 * Number(value)) / most}%`, background: css(colour) });
    }
    for (const [name, colour] of [["plain", theme.ink.p], ["binned", theme.ink.heuristic]]) {
      const [time, number] = [at(`.${name} b`), at(`.${name} small`)];
      time.style.color = css(colour);
      setText(time, row[`${name}_time`]);
      setText(number, `${row[`${name}_candidates`]} candidates`);
    }
    setAria(range, {
      valuetext: `${row.bits} bits. The message takes ${row.length_bits.toFixed(1)} bits; the search ${row.plain_time} candidate by candidate, ${row.binned_time} with space cut into bins.`,
    });
    root.dataset.bits = String(row.bits);
    drawTimes(row);
  }

  // Both times over all bits; upwards a step is ten times as long.
  function drawTimes(/** @type {Price} */ row) {
    const width = canvas.clientWidth, height = canvas.clientHeight, big = height > 150 ? 16 : 13;
    const ctx = sizeCanvas(canvas, width, height, Math.min(window.devicePixelRatio || 1, 2));
    const left = big * 4.6, right = width - 10, top = 10, foot = height - big - 10;
    const logs = data.rows.flatMap((one) => [one.plain_seconds, one.binned_seconds]).map(Math.log10);
    const low = Math.min(...logs) - 0.3, high = Math.max(...logs) + 0.3;
    const x = (bits) => mix(left, right, (bits - 1) / (data.rows.length - 1)), y = (seconds) => mix(foot, top, (Math.log10(seconds) - low) / (high - low));
    for (const [seconds, name] of data.ticks) {
      if (Math.log10(seconds) < low || Math.log10(seconds) > high) continue;
      line(ctx, [[left, y(seconds)], [right, y(seconds)]], css(theme.text, 0.14), 1);
      write(ctx, theme, name, left - 8, y(seconds) + big * 0.35, { size: big, align: "right", halo: false });
    }
    line(ctx, [[x(row.bits), top - 4], [x(row.bits), foot]], css(theme.text, 0.35), 1, [4, 4]);
    for (const [name, colour] of [["plain_seconds", theme.p], ["binned_seconds", theme.heuristic]]) {
      line(ctx, data.rows.map((one) => [x(one.bits), y(one[name])]), css(colour), 3);
      disc(ctx, x(row.bits), y(row[name]), 8.5, css(theme.bg));
      disc(ctx, x(row.bits), y(row[name]), 6.5, css(colour));
    }
    for (const bits of [1, 16, 32, 48]) write(ctx, theme, bits === 1 ? "1 bit" : String(bits), x(bits), height - 3, { size: big, align: bits === 48 ? "right" : bits === 1 ? "left" : "center", halo: false });
  }

  range.addEventListener("input", wake);
  const observer = new ResizeObserver(wake);
  observer.observe(root);
  const destroy = () => { cancelAnimationFrame(frame); observer.disconnect(); };
  return { root, show, destroy };
}

export default mounted(createSurprise);
