// Two buttons that save the chart with the given key. The chart's own toolbar knows how to draw itself into a file,
// so we tell it the format and press its camera.
export default function pictures({ data, parentElement }) {
  const [png, svg] = parentElement.querySelectorAll(".pictures button");
  const save = (format) => {
    const chart = /** @type {any} */ (document.querySelector(`.st-key-${data.chart} .js-plotly-plot`));
    const camera = chart?.querySelector(".modebar-btn[data-title^='Download plot']");
    if (!camera) return;
    chart._context.toImageButtonOptions = { format, filename: data.chart, scale: format === "png" ? 2 : 1 };
    camera.dispatchEvent(new MouseEvent("click"));
  };
  png.onclick = () => save("png");
  svg.onclick = () => save("svg");
}
