// A canvas that writes down what is drawn on it, as SVG. It knows the calls that the stage makes, and no others.

const escaped = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
// As every program reads it.
const plain = (colour) => colour.replace(/^color\(srgb ([\d.]+) ([\d.]+) ([\d.]+).*\)$/, (_, ...rgb) => `rgb(${rgb.slice(0, 3).map((v) => Math.round(255 * v)).join(",")})`);
const num = (v) => String(Math.round(v * 100) / 100);

// A path that can be read again.
export class Trail {
  d = "";
  moveTo(x, y) { this.d += `M${num(x)} ${num(y)}`; }
  lineTo(x, y) { this.d += `${this.d ? "L" : "M"}${num(x)} ${num(y)}`; }
  arc(x, y, r) { this.d += `M${num(x + r)} ${num(y)}a${num(r)} ${num(r)} 0 1 1 ${num(-2 * r)} 0a${num(r)} ${num(r)} 0 1 1 ${num(2 * r)} 0`; } // all of them are circles
  rect(x, y, w, h) { this.d += `M${num(x)} ${num(y)}h${num(w)}v${num(h)}h${num(-w)}z`; }
  closePath() { this.d += "z"; }
  addPath(/** @type {Trail} */ { d }) { this.d += d; }
}

let clips = 0; // every clip of a file has an id of its own

export class SvgPen {
  /** @type {string[]} */ parts = [];
  canvas = {}; // what others name to have this drawn
  path = new Trail();
  fillStyle = "#000";
  strokeStyle = "#000";
  globalAlpha = 1;
  lineWidth = 1;
  lineJoin = "miter";
  font = "10px sans-serif";
  textAlign = "left";
  textBaseline = "alphabetic";
  letterSpacing = "0px";
  globalCompositeOperation = "source-over";
  open = [0]; // groups to be closed, by save
  dash = "";

  constructor(/** @type {Pen} */ ruler, /** @type {SvgPen[]} */ others = []) {
    this.ruler = ruler; // a real canvas measures text
    this.others = others;
  }

  setTransform() {}
  setLineDash(list) { this.dash = list.length ? ` stroke-dasharray="${list.join(" ")}"` : ""; }
  save() { this.open.push(0); }
  restore() { this.parts.push("</g>".repeat(this.open.pop() ?? 0)); }
  beginPath() { this.path = new Trail(); }
  rect(x, y, w, h) { this.path.rect(x, y, w, h); }
  arc(x, y, r) { this.path.arc(x, y, r); }
  clip() {
    this.parts.push(`<clipPath id="clip${++clips}"><path d="${this.path.d}"/></clipPath><g clip-path="url(#clip${clips})">`);
    this.open[this.open.length - 1]++;
  }
  clearRect() { this.parts.length = 0; }
  fill(/** @type {Trail} */ path = this.path) { this.shape(path.d, `fill="${plain(this.fillStyle)}"`); }
  stroke(/** @type {Trail} */ path = this.path) { this.shape(path.d, `fill="none" ${this.line()}`); }
  fillRect(x, y, w, h) { const path = new Trail(); path.rect(x, y, w, h); this.fill(path); }
  strokeRect(x, y, w, h) { const path = new Trail(); path.rect(x, y, w, h); this.stroke(path); }
  fillText(text, x, y) { this.write(text, x, y, `fill="${plain(this.fillStyle)}"`); }
  strokeText(text, x, y) { this.write(text, x, y, `fill="none" ${this.line()}`); }
  measureText(text) { this.ruler.font = this.font; return this.ruler.measureText(text); }
  drawImage(source) {
    const pen = this.others.find(({ canvas }) => canvas === source);
    if (pen) this.parts.push(`<g${this.alpha()}>`, ...pen.parts, "</g>"); // a veil, which is a picture, is left out
  }

  line() { return `stroke="${plain(this.strokeStyle)}" stroke-width="${num(this.lineWidth)}" stroke-linejoin="${this.lineJoin}"${this.dash}`; }
  alpha() { return this.globalAlpha < 1 ? ` opacity="${num(this.globalAlpha)}"` : ""; }
  shape(d, style) { if (d) this.parts.push(`<path d="${d}" ${style}${this.alpha()}/>`); }
  write(text, x, y, style) {
    const anchor = { center: "middle", right: "end" }[this.textAlign] ?? "start";
    this.parts.push(`<text x="${num(x)}" y="${num(y)}" text-anchor="${anchor}" style="font: ${escaped(this.font)}; letter-spacing: ${this.letterSpacing}; white-space: pre" ${style}${this.alpha()}>${escaped(text)}</text>`);
  }

  // Several of these, each at its place, as a file.
  static file(width, height, background, /** @type {{ pen: SvgPen, x: number, y: number }[]} */ placed) {
    const groups = placed.map(({ pen, x, y }) => `<g transform="translate(${num(x)} ${num(y)})">${pen.parts.join("")}</g>`);
    return new Blob([`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`
      + `<rect width="100%" height="100%" fill="${background}"/>${groups.join("\n")}</svg>`], { type: "image/svg+xml" });
  }
}
