"use strict";
// Lets somebody drag over the chart to choose a range. Without it, every bar is a link and two fields take dates.
const DRAGGED = 4;

function edges(svg) {
  return svg.dataset.bounds.split(" ").map(Number);
}

function placeOf(svg, event) {
  const box = svg.getBoundingClientRect();
  return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
}

function written(seconds) {
  // The server understands the offset; so the reader's own zone does not matter here.
  return new Date(seconds * 1000).toISOString().slice(0, 19) + "+00:00";
}

function chosen(svg, from, to) {
  const bounds = edges(svg);
  const bars = bounds.length - 1;
  const first = Math.min(bars - 1, Math.floor(Math.min(from, to) * bars));
  const last = Math.min(bars - 1, Math.floor(Math.max(from, to) * bars));
  return [bounds[first], bounds[last + 1]];
}

function go(section, span) {
  const first = written(span[0]);
  const until = written(span[1]);
  if (section.dataset.brush === "range") {
    const query = new URLSearchParams({ from: first, until });
    if (section.dataset.leaked) query.set("leaked", section.dataset.leaked);
    location.assign(`${section.dataset.base}?${query}#records`);
  } else {
    // What a search narrowed to a time says is the server's to write: it knows where brackets belong.
    location.assign(`/records?${new URLSearchParams({ q: section.dataset.query, from: first, until })}`);
  }
}

function brushable(section) {
  const svg = section.querySelector("svg.accesses");
  if (!svg) return;
  const hint = section.querySelector(".brush-hint");
  if (hint) hint.hidden = false;
  svg.classList.add("brushable");
  const width = svg.viewBox.baseVal.width;
  const height = svg.viewBox.baseVal.height;
  const brush = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  brush.setAttribute("class", "brush");
  brush.setAttribute("height", height);
  let from = null;
  let began = 0;
  let dragged = false;
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    from = placeOf(svg, event);
    began = event.clientX;
    dragged = false;
  });
  svg.addEventListener("pointermove", (event) => {
    if (from === null) return;
    if (!dragged && Math.abs(event.clientX - began) < DRAGGED) return;
    if (!dragged) svg.setPointerCapture(event.pointerId);
    dragged = true;
    const to = placeOf(svg, event);
    brush.setAttribute("x", Math.min(from, to) * width);
    brush.setAttribute("width", Math.abs(to - from) * width);
    if (!brush.isConnected) svg.append(brush);
  });
  svg.addEventListener("pointerup", (event) => {
    if (from !== null && dragged) go(section, chosen(svg, from, placeOf(svg, event)));
    from = null;
  });
  svg.addEventListener("pointercancel", () => {
    from = null;
    brush.remove();
  });
  // A drag over bars, which are links, is no click on one.
  svg.addEventListener("click", (event) => dragged && event.preventDefault(), true);
  svg.addEventListener("dragstart", (event) => event.preventDefault());
}

document.querySelectorAll("[data-brush]").forEach(brushable);
