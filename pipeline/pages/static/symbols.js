"use strict";
/* Symbols: a shape as well as a colour for each category, on one canvas for all places. */

HalfFull.symbols = (() => {
  const { svg } = HalfFull;

  const star = (points, inner) =>
    Array.from({ length: 2 * points }, (_, n) => {
      const radius = n % 2 ? inner : 1;
      const angle = (Math.PI * n) / points - Math.PI / 2;
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    });
  const even = (sides, turn) =>
    Array.from({ length: sides }, (_, n) => {
      const angle = (2 * Math.PI * n) / sides + turn;
      return [Math.cos(angle), Math.sin(angle)];
    });
  const bar = 0.36;
  const plus = [
    [-bar, -1],
    [bar, -1],
    [bar, -bar],
    [1, -bar],
    [1, bar],
    [bar, bar],
    [bar, 1],
    [-bar, 1],
    [-bar, bar],
    [-1, bar],
    [-1, -bar],
    [-bar, -bar],
  ];
  const turned = (points, angle) =>
    points.map(([x, y]) => [x * Math.cos(angle) - y * Math.sin(angle), x * Math.sin(angle) + y * Math.cos(angle)]);

  /** Corners on a circle of radius one, y downwards; a circle has none. */
  const CORNERS = {
    circle: even(24, 0),
    square: [
      [-0.86, -0.86],
      [0.86, -0.86],
      [0.86, 0.86],
      [-0.86, 0.86],
    ],
    triangle: [
      [0, -1.05],
      [1.05, 0.8],
      [-1.05, 0.8],
    ],
    diamond: even(4, -Math.PI / 2).map(([x, y]) => [x * 1.12, y * 1.12]),
    star: star(5, 0.48).map(([x, y]) => [x * 1.2, y * 1.2]),
    cross: turned(plus, Math.PI / 4),
    plus,
    hexagon: even(6, 0),
  };

  /** A path string, for SVG and (through Path2D) for canvas. */
  const path = (symbol, radius) => {
    const corners = CORNERS[symbol].map(([x, y]) => `${(x * radius).toFixed(2)} ${(y * radius).toFixed(2)}`);
    return `M${corners.join("L")}Z`;
  };

  /** A small picture of a symbol, for legends and lists. */
  const picture = (category) =>
    svg(
      "svg",
      { viewBox: "-9 -9 18 18", width: 16, height: 16, class: "symbol", "aria-hidden": "true", focusable: "false" },
      svg("path", { d: path(category.symbol, 6.4), fill: category.colour, stroke: "#ffffff", "stroke-width": 1 }),
    );

  const radiusAt = (zoom, count) => {
    const grown = 2.6 + Math.max(0, Math.min(zoom, 17) - 11.5) * 0.95;
    return count > 1500 && zoom < 14 ? grown * 0.75 : grown;
  };

  /** All places of the chosen categories, drawn on one canvas; clicks are found by nearness. */
  const SymbolLayer = L.Layer.extend({
    /** `categoryOf` gives the category of each place, `latLng` and `ways` where it is. */
    initialize({ categories, categoryOf, latLng, ways }) {
      Object.assign(this, { _categories: categories, _categoryOf: categoryOf, latLng, _ways: ways });
      Object.assign(this, { _chosen: [], _drawn: [] });
    },
    onAdd(map) {
      this._canvas = L.DomUtil.create("canvas", "leaflet-zoom-hide symbols", map.getPane("places"));
      map.on("moveend zoomend resize viewreset", this.redraw, this);
      this.redraw();
    },
    onRemove(map) {
      map.off("moveend zoomend resize viewreset", this.redraw, this);
      this._canvas.remove();
    },
    /** Choose which places to draw, by their numbers. */
    choose(numbers) {
      this._chosen = numbers;
      if (this._map) this.redraw();
    },
    redraw() {
      const size = this._map.getSize();
      const margin = size.multiplyBy(0.15).round();
      const scale = Math.min(window.devicePixelRatio || 1, 2);
      const box = size.add(margin.multiplyBy(2));
      this._origin = this._map.containerPointToLayerPoint(margin.multiplyBy(-1)).round();
      L.DomUtil.setPosition(this._canvas, this._origin);
      this._canvas.width = box.x * scale;
      this._canvas.height = box.y * scale;
      this._canvas.style.width = `${box.x}px`;
      this._canvas.style.height = `${box.y}px`;
      const context = this._canvas.getContext("2d");
      context.scale(scale, scale);
      this._draw(context, box);
    },
    _draw(context, box) {
      const zoom = this._map.getZoom();
      const radius = radiusAt(zoom, this._chosen.length);
      const paths = this._categories.map((category) => new Path2D(path(category.symbol, radius)));
      this._drawn = [];
      context.lineJoin = "round";
      for (const number of this._chosen) {
        const point = this._map.latLngToLayerPoint(this.latLng(number)).subtract(this._origin);
        if (point.x < -9 || point.y < -9 || point.x > box.x + 9 || point.y > box.y + 9) continue;
        this._drawn.push([point.x, point.y, number]);
        if (zoom >= 16) this._drawWays(context, number, point);
        const category = this._categoryOf[number];
        context.translate(point.x, point.y);
        context.lineWidth = Math.max(1.6, radius / 2.4);
        context.strokeStyle = "#ffffff";
        context.stroke(paths[category]);
        context.fillStyle = this._categories[category].colour;
        context.fill(paths[category]);
        context.translate(-point.x, -point.y);
      }
    },
    _drawWays(context, number, middle) {
      for (const place of this._ways(number)) {
        const point = this._map.latLngToLayerPoint(place).subtract(this._origin);
        context.strokeStyle = this._categories[this._categoryOf[number]].colour;
        context.lineWidth = 1;
        context.setLineDash([2, 3]);
        context.beginPath();
        context.moveTo(middle.x, middle.y);
        context.lineTo(point.x, point.y);
        context.stroke();
        context.setLineDash([]);
        context.lineWidth = 2;
        context.fillStyle = "#ffffff";
        context.beginPath();
        context.arc(point.x, point.y, 3.5, 0, 2 * Math.PI);
        context.fill();
        context.stroke();
      }
    },
    /** The number of the place under a point of the map, or null. */
    at(containerPoint) {
      const point = this._map.containerPointToLayerPoint(containerPoint).subtract(this._origin);
      const reach = Math.max(9, radiusAt(this._map.getZoom(), this._chosen.length) + 3);
      let best = null;
      let nearest = reach * reach;
      for (const [x, y, number] of this._drawn) {
        const distance = (x - point.x) ** 2 + (y - point.y) ** 2;
        if (distance <= nearest) [best, nearest] = [number, distance];
      }
      return best;
    },
  });

  return { picture, path, SymbolLayer };
})();
