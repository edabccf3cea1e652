const ways = new WeakMap();

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
  const before = ways.get(parentElement);
  if (before) document.removeEventListener("keydown", before.press);
  if (before && before.place !== data.place) {
    document.querySelector("[data-testid=stMain]")?.scrollTo({ top: 0 });
  }
  const press = (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.composedPath().some((node) => node.matches?.("input, textarea, select, [role=slider]"));
    if (typing && event.key !== "Escape") return;
    if (event.key === " " && data.keys.length && !event.composedPath().some((node) => node.matches?.("button"))) {
      const found = stage();
      if (!found) return;
      event.preventDefault();
      /** @type {HTMLElement} */ (found.querySelector("[data-act=play]")).click();
    } else if (data.keys.includes(event.key)) {
      event.preventDefault();
      setTriggerValue("pressed", event.key);
    }
  };
  document.addEventListener("keydown", press);
  ways.set(parentElement, { press, place: data.place });
  return () => document.removeEventListener("keydown", press);
}
