// Nodes of the page.

/** @template {keyof HTMLElementTagNameMap} K @param {K} tag @param {(Node | string)[]} children @returns {HTMLElementTagNameMap[K]} */
export function el(tag, className = "", ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

// The node of a kind that a component's own page is known to have.
/** @template {HTMLElement} [E=HTMLElement] @param {ParentNode} root @param {string} selector @returns {E} */
export function part(root, selector) {
  const node = root.querySelector(selector);
  if (!node) throw new Error(`The page lacks ${selector}.`);
  return /** @type {E} */ (node);
}

// Written only where it changes: to write is to lay out again.
export function setText(/** @type {Element} */ node, text) {
  const { firstChild } = node;
  if (firstChild instanceof Text && !firstChild.nextSibling && text !== "") { if (firstChild.data !== text) firstChild.data = text; }
  else if (node.textContent !== text) node.textContent = text;
}

// What has the keyboard, in the page or shadow tree that holds a node.
export const active = (/** @type {Node} */ node) => /** @type {HTMLInputElement} */ (/** @type {ShadowRoot} */ (node.getRootNode()).activeElement);

// The aria- attributes of a node.
export function setAria(/** @type {Element} */ node, /** @type {Record<string, string | number>} */ values) {
  for (const [name, value] of Object.entries(values)) {
    if (node.getAttribute(`aria-${name}`) !== String(value)) node.setAttribute(`aria-${name}`, String(value));
  }
}
