// Keys that answer, words that follow, and whether this is a telephone. See __init__.py.

const ways = new WeakMap();
const NARROW = "(max-width: 640px)";

/** Where the words scroll by themselves: bring what was revealed to their top, a word about an answer into view. */
function toVerdict(words, whole) {
  const box = /** @type {HTMLElement} */ (document.querySelector(`.st-key-${words}`));
  const verdict = /** @type {HTMLElement} */ (document.querySelector(`.st-key-${words}_verdict`));
  if (!verdict) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches, behavior = calm ? "auto" : "smooth";
  if (box && box.scrollHeight > box.clientHeight + 1) {
    const frame = box.getBoundingClientRect(), seen = verdict.getBoundingClientRect();
    const by = whole ? seen.top - frame.top - 8 : Math.max(0, seen.bottom - frame.bottom + 8);
    box.scrollTo({ top: box.scrollTop + by, behavior });
  }
}

export default function ({ data, parentElement, setTriggerValue, setStateValue }) {
  const before = ways.get(parentElement) ?? {}, media = before.media ?? matchMedia(NARROW);
  if (before.press) document.removeEventListener("keydown", before.press);
  if (before.turned) media.removeEventListener("change", before.turned);
  if (before.place && before.place !== data.place) {
    document.querySelector("[data-testid=stMain]")?.scrollTo({ top: 0 });
    document.querySelector(`.st-key-${data.words}`)?.scrollTo({ top: 0 });
  } else if (before.place && data.verdict && before.verdict !== data.verdict) {
    setTimeout(() => toVerdict(data.words, data.verdict === "shown"), 250); // once the rest of the run is drawn
  }
  const press = (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.composedPath().some((node) => node.matches?.("input, textarea, select, [role=slider], [role=combobox]"))) return;
    const key = event.key.toLowerCase();
    if (!data.keys.includes(key)) return;
    const at = /** @type {HTMLElement} */ (event.target);
    if (key === "enter" && at.closest("a, button") && !at.closest(`.st-key-${data.words}`)) return; // that one is meant
    event.preventDefault();
    setTriggerValue("pressed", key);
  };
  const turned = () => setStateValue("narrow", media.matches);
  const narrow = before.narrow ?? false;
  if (media.matches !== narrow) turned();
  document.addEventListener("keydown", press);
  media.addEventListener("change", turned);
  ways.set(parentElement, { press, turned, media, narrow: media.matches, place: data.place, verdict: data.verdict });
  return () => {
    document.removeEventListener("keydown", press);
    media.removeEventListener("change", turned);
  };
}
