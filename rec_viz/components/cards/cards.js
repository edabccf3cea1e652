// A card is a link with the page's own address, so it can be opened elsewhere; a plain click stays in the session.

import { el } from "../../stage/dom.js";

export default function ({ data, parentElement, setTriggerValue }) {
  const root = /** @type {HTMLElement} */ (parentElement.querySelector(".grid")), told = JSON.stringify(data);
  if (root.dataset.told === told) return;
  root.dataset.told = told;
  root.classList.add(data.layout);
  root.replaceChildren(...data.cards.map((card) => {
    const link = el("a", "card", el("div", "picture"), el("h2"), el("p"), ...(card.note ? [el("p", "note")] : []));
    const [picture, title, finding, note] = link.children;
    picture.innerHTML = card.picture; // made by us, in figures/
    title.textContent = card.title;
    finding.textContent = card.finding;
    if (note) note.textContent = card.note;
    link.href = card.page;
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      setTriggerValue("chosen", card.page);
    });
    return link;
  }));
}
