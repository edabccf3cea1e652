// Keys before a class: Space plays the stage, arrows step it, B or a full stop blanks the screen (where B answers a
// question, the full stop alone); the others are Python's.

const ways = new WeakMap();
const ON_STAGE = { " ": "play", ArrowRight: "step", ArrowLeft: "back" };

/** The stage's root, however deep in shadow roots. @param {ParentNode} root @returns {HTMLElement | null} */
function stage(root = document) {
  for (const node of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("*"))) {
    if (node.dataset?.testid === "stage") return node;
    const found = node.shadowRoot && stage(node.shadowRoot);
    if (found) return found;
  }
  return null;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const before = ways.get(parentElement), blank = /** @type {HTMLDialogElement} */ (parentElement.querySelector("dialog"));
  if (before) document.removeEventListener("keydown", before.press);
  if (before && before.place !== data.place) {
    document.querySelector("[data-testid=stMain]")?.scrollTo({ top: 0 });
  }
  const press = (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !data.keys.length) return;
    const path = event.composedPath(), within = (selector) => path.some((node) => node.matches?.(selector));
    if (event.key !== "Escape" && within("input, textarea, select, [role=slider]")) return;
    if (blank.open || event.key === "." || (event.key.toLowerCase() === "b" && !data.keys.includes("b"))) {
      event.preventDefault();
      if (blank.open) blank.close();
      else blank.showModal();
      return;
    }
    const found = event.key in ON_STAGE && !(event.key === " " && within("button")) && stage();
    if (found) {
      event.preventDefault();
      /** @type {HTMLElement} */ (found.querySelector(`[data-act=${ON_STAGE[event.key]}]`)).click();
    } else if (data.keys.includes(event.key)) {
      event.preventDefault();
      setTriggerValue("pressed", event.key);
    }
  };
  document.addEventListener("keydown", press);
  ways.set(parentElement, { press, place: data.place });
  return () => document.removeEventListener("keydown", press);
}
