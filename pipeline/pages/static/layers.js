"use strict";
/* What is drawn: the quiet backdrop, the neighbourhoods in classes. */

HalfFull.layers = (() => {
  const { data, svg } = HalfFull;
  const UNITS = 100000;
  const theme = data.theme;
  const whole = data.neighbourhoods.length;
  const PANES = [
    ["ground", 200],
    ["areas", 300],
    ["streets", 340],
    ["edges", 350],
    ["beside", 360],
    ["beside-numbers", 365],
    ["outlines", 370],
    ["places", 450],
  ];

  /** Undo the coding of a line: differences in units back to latitude and longitude. */
  const line = (coded) => {
    const points = [];
    let x = 0;
    let y = 0;
    for (let n = 0; n < coded.length; n += 2) {
      x += coded[n];
      y += coded[n + 1];
      points.push([y / UNITS, x / UNITS]);
    }
    return points;
  };
  const shape = (parts) => parts.map((rings) => rings.map(line));

  const preparePanes = (map) => {
    for (const [name, order] of PANES) {
      const pane = map.createPane(name);
      pane.style.zIndex = String(order);
      if (name !== "areas") pane.style.pointerEvents = "none";
    }
  };

  // --- patterns ------------------------------------------------------------------------------

  const pattern = (id, size, ...drawn) =>
    svg("pattern", { id, width: size, height: size, patternUnits: "userSpaceOnUse" }, ...drawn);
  const ground = (size) => svg("rect", { width: size, height: size, fill: theme.no_data });
  const stroke = "#74736c";

  const statePatterns = () => [
    pattern("state-n", 7, ground(7), svg("circle", { cx: 3.5, cy: 3.5, r: 0.9, fill: stroke })),
    pattern("state-u", 10, ground(10), svg("path", { d: "M3 3l4 4M7 3l-4 4", stroke, "stroke-width": 1.1 })),
    pattern("state-s", 9, ground(9), svg("circle", { cx: 4.5, cy: 4.5, r: 2, fill: "none", stroke })),
  ];

  const addPatterns = () => {
    const box = svg("svg", { width: 0, height: 0, class: "patterns", "aria-hidden": "true", focusable: "false" });
    box.append(svg("defs", {}, ...statePatterns(), ...(HalfFull.beside?.patterns() ?? [])));
    document.body.append(box);
  };

  /** A patch of the legend. */
  const patch = (fill, under = "none") =>
    svg(
      "svg",
      { width: 28, height: 18, viewBox: "0 0 28 18", class: "patch", "aria-hidden": "true", focusable: "false" },
      svg("rect", { width: 28, height: 18, fill: under }),
      svg("rect", { width: 28, height: 18, fill }),
    );

  // --- the backdrop --------------------------------------------------------------------------

  const addBackdrop = (map) => {
    const { green, water, waterways, railways, streets } = data.backdrop;
    const below = { renderer: L.canvas({ pane: "ground", padding: 0.3 }), pane: "ground", interactive: false };
    const above = { renderer: L.canvas({ pane: "streets", padding: 0.3 }), pane: "streets", interactive: false };
    const filled = (areas, colour) =>
      L.polygon(areas.flatMap(shape), { ...below, stroke: false, fillColor: colour, fillOpacity: 1 }).addTo(map);
    const drawn = (lines, style) => L.polyline(lines.map(line), { ...above, fill: false, ...style });
    filled(green, theme.green);
    filled(water, theme.water);
    L.polygon(water.flatMap(shape), { ...above, stroke: false, fillColor: theme.water, fillOpacity: 0.75 }).addTo(map);
    const borders = { ...above, fill: false, color: "#6f8f4e", weight: 0.8, opacity: 0.6 };
    const greenBorders = L.polygon(green.flatMap(shape), borders);
    drawn(waterways, { color: theme.water, weight: 1.6, opacity: 0.9 }).addTo(map);
    drawn(railways, { color: theme.street, weight: 1.2, opacity: 0.55, dashArray: "6 4" }).addTo(map);
    drawn(data.edge, { color: theme.outline, weight: 1.6, opacity: 0.9, dashArray: "2 6" }).addTo(map);
    const road = (coded, style) =>
      L.polyline(
        HalfFull.coding.lines(coded, (x, y) => [y / UNITS, x / UNITS]),
        { ...above, fill: false, ...style },
      );
    const major = road(streets.major, { color: theme.street, opacity: 0.6 }).addTo(map);
    const minor = road(streets.minor, { color: theme.street, opacity: 0.45 }).addTo(map);
    const pathStyle = { color: theme.street, opacity: 0.5, weight: 0.8, dashArray: "3 3" };
    let path = null;
    /** Paths are those of the streets that walks go along; without those the page has lines of them. */
    const paths = () =>
      (path ??= streets.path
        ? road(streets.path, pathStyle)
        : L.polyline(HalfFull.streets.pathLines(), { ...above, fill: false, ...pathStyle }));
    const showIf = (is, layer) => (is ? layer.addTo(map) : layer.remove());
    const grow = () => {
      const zoom = map.getZoom();
      major.setStyle({ weight: Math.max(0.8, (zoom - 10.5) * 0.55) });
      minor.setStyle({ weight: Math.max(0.35, (zoom - 12) * 0.4), opacity: zoom < 13.5 ? 0.3 : 0.45 });
      if (zoom >= 14.5) paths().addTo(map);
      else path?.remove();
      showIf(zoom >= 13.5, greenBorders);
    };
    map.on("zoomend", grow);
    grow();
  };

  // --- neighbourhoods ------------------------------------------------------------------------

  /** Let a neighbourhood be reached and chosen with the keyboard, in the order of the list. */
  const letKeysChoose = (drawn, name, choose) => {
    drawn.setAttribute("tabindex", "0");
    drawn.setAttribute("role", "button");
    drawn.setAttribute("aria-label", name);
    drawn.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      choose();
    });
  };

  /** One polygon for each neighbourhood; `paint` gives each its fill. */
  const addNeighbourhoods = (map, { describe, onChoose, onKey }) => {
    const renderer = L.svg({ pane: "areas", padding: 0.5 });
    const borders = { renderer: L.svg({ pane: "edges", padding: 0.5 }), pane: "edges", interactive: false };
    const polygons = data.neighbourhoods.map((neighbourhood, place) => {
      const polygon = L.polygon(shape(neighbourhood.shape), {
        renderer,
        pane: "areas",
        stroke: false,
        fillOpacity: 0.93,
        bubblingMouseEvents: false,
      }).addTo(map);
      polygon.bindTooltip(() => describe(place), { sticky: true, direction: "auto", className: "hover" });
      polygon.on("click", (event) => {
        polygon.closeTooltip();
        onChoose(place, event);
      });
      const drawn = polygon.getElement();
      letKeysChoose(drawn, neighbourhood.name, () => {
        polygon.closeTooltip();
        onKey(place, drawn);
      });
      return polygon;
    });
    const edges = data.neighbourhoods.map((neighbourhood) =>
      L.polygon(shape(neighbourhood.shape), {
        ...borders,
        fill: false,
        color: "#ffffff",
        opacity: 0.95,
      }).addTo(map),
    );
    L.polyline(data.outline.map(line), { ...borders, fill: false, color: theme.outline, weight: 1.6 }).addTo(map);
    let marked = whole;
    const thin = () => Math.max(0.5, Math.min(1.6, (map.getZoom() - 10.5) * 0.4));
    const mark = (chosen = marked) => {
      marked = chosen;
      edges.forEach((edge, place) => {
        const isChosen = place === chosen;
        edge.setStyle({ color: isChosen ? theme.ink : "#ffffff", weight: isChosen ? 2.6 : thin() });
        if (isChosen) edge.bringToFront();
      });
    };
    map.on("zoomend", () => mark());
    mark();
    return {
      polygons,
      mark,
      paint: (fillOf) => polygons.forEach((polygon, place) => polygon.setStyle({ fillColor: fillOf(place) })),
    };
  };

  /** A point well inside a neighbourhood. */
  const labelPoint = ({ middle: [x, y] }) => [y / UNITS, x / UNITS];

  return { UNITS, line, shape, preparePanes, addPatterns, patch, addBackdrop, addNeighbourhoods, labelPoint, pattern };
})();
