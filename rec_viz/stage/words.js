// Numbers as people read them.

const plain = (text) => text.replace(/-/g, "−");
const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";
export const superscript = (n) => (n < 0 ? "⁻" : "") + [...String(Math.abs(n))].map((d) => SUPERSCRIPT[d]).join("");
export const raised = (text) => text.replace(/\^(\d+)/g, (_, n) => superscript(Number(n))); // 2^48 as people write it

const GROUPED = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 6 }); // made once: toLocaleString is slow

export function fmt(v, digits = 3) {
  if (Number.isNaN(v)) return "undefined";
  if (!Number.isFinite(v)) return v > 0 ? "infinite" : "−infinite";
  const size = Math.abs(v);
  if (size !== 0 && (size >= 1e6 || size < 1e-3)) {
    const [m, e] = v.toExponential(1).split("e");
    return plain(`${m} × 10`) + superscript(Number(e));
  }
  return plain(GROUPED.format(Number(v.toPrecision(digits))));
}

// Two numbers with as many digits as it takes to show that they differ.
export function apart(a, b) {
  for (let digits = 3; digits < 12; digits++) if (fmt(a, digits) !== fmt(b, digits)) return [fmt(a, digits), fmt(b, digits)];
  return [String(a), String(b)];
}

export const whole = (n) => GROUPED.format(n);
export const count = (n, noun) => `${whole(n)} ${noun}${Number(n) === 1 ? "" : "s"}`;
export const point = (x) => {
  const shown = Array.from(x).slice(0, 4).map((v) => fmt(v));
  if (x.length === 1) return shown[0];
  return `(${shown.join(", ")}${x.length > 4 ? ", …" : ""})`;
};
