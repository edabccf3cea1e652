// Streamlit calls this on every rerun and theme change, with the same parent; the player carries on undisturbed.

export default function (component) {
  const { data, parentElement } = component;
  let player = players.get(parentElement);
  if (player && !parentElement.contains(player.root)) {
    player.destroy();
    player = null;
  }
  if (!data || !data.lanes) return () => {};
  if (!player) {
    player = createPlayer(parentElement);
    players.set(parentElement, player);
  }
  player.show(data, component.setTriggerValue);
  player.recolour();
  return player.destroy;
}
