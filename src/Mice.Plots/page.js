// Draws the figures of a report in the colours that the reader prefers, and on white while it is printed.
const figures = [];
const prefersDark = matchMedia("(prefers-color-scheme: dark)");
let printing = false;

// "rgba(0, 114, 178, 1.0)" becomes its counterpart with the same opacity; other colours stay as they are.
function darkColour(text) {
  const found = /^rgba?\((\d+), ?(\d+), ?(\d+)(?:, ?([\d.]+))?\)$/.exec(text);
  const dark = found && darkColours[`${found[1]},${found[2]},${found[3]}`];
  return dark ? `rgba(${dark},${found[4] ?? 1})` : text;
}

// A copy with dark colours, where they are wanted; plotly writes into what it is given, so it never gets the original.
function copy(value, dark, isColour) {
  if (typeof value === "string") return dark && isColour ? darkColour(value) : value;
  if (Array.isArray(value)) return value.map(item => copy(item, dark, isColour));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item, dark, isColour || /color/i.test(key))]));
}

// What plotly needs to draw a figure at present.
function state({ id, chart }) {
  const { data, layout } = copy({ data: chart.data, layout: chart.layout }, prefersDark.matches && !printing, false);
  if (printing) Object.assign(layout, { autosize: false, width: 660, height: 400 });
  return [id, data, layout, { responsive: true, displaylogo: false, displayModeBar: false, ...chart.config }];
}

function show(id, chart) {
  const figure = { id, chart };
  figures.push(figure);
  return state(figure);
}

function redraw() { figures.forEach(figure => Plotly.react(...state(figure))); }

prefersDark.addEventListener("change", redraw);
addEventListener("beforeprint", () => { printing = true; redraw(); });
addEventListener("afterprint", () => {
  printing = false;
  redraw();
  // Plotly keeps the width of the paper otherwise.
  figures.forEach(figure => Plotly.Plots.resize(figure.id));
});
