// Streamlit calls a component's function on every rerun and theme change, with the same parent: what is mounted stays.

// `create(parent)` makes what is mounted: { root, show(data, tell), destroy() }.
export function mounted(create) {
  const alive = new WeakMap(); // parent element -> what is mounted there
  return ({ data, parentElement, setTriggerValue }) => {
    if (!data) return () => {};
    let one = alive.get(parentElement);
    if (one && !parentElement.contains(one.root)) {
      one.destroy();
      one = null;
    }
    if (!one) alive.set(parentElement, one = create(parentElement));
    one.show(data, setTriggerValue);
    return () => {
      one.destroy();
      if (alive.get(parentElement) === one) alive.delete(parentElement);
    };
  };
}
