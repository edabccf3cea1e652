// Nodes of the page.

export function el(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

// Written only where it changes: to write is to lay out again.
export function setText(node, text) { if (node.textContent !== text) node.textContent = text; }
