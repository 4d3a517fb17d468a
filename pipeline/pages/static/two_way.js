"use strict";
/*
 * Access and deprivation in one view: three groups of each, nine colours with letters. An edition
 * without deprivation leaves out this script, and all others work without it.
 */

HalfFull.twoWay = (() => {
  const { data, el, byId, number } = HalfFull;
  const { beside, figures, layers } = HalfFull;
  const say = (key, slots) => HalfFull.say(`deprivation.two_way.${key}`, slots);
  const cuts = data.two_way;
  const LETTERS = ["A", "B", "C"];
  // A letter is written where its neighbourhood has room for it, in pixels.
  const ROOM = { x: 26, y: 18 };

  // --- which of the nine ---------------------------------------------------------------------

  /** A is most within reach; bounds as everywhere: a share on one is above it, a walk within it. */
  const accessOf = (value, measure) => {
    const { kind } = figures.measures.get(measure);
    const [near, far] = cuts[kind];
    if (kind === "minutes") return Number(value > near) + Number(value > far);
    return Number(value < far) + Number(value < near);
  };
  const groupOf = (decile) => Number(decile > cuts.deciles[0]) + Number(decile > cuts.deciles[1]);

  /** The row and the column of a neighbourhood, or null where either is not known. */
  const cellOf = (category, measure, place) => {
    const { value, state } = figures.figure(category, measure, place);
    const found = data.neighbourhoods[place]?.deprivation;
    if (state !== "o" || !found) return null;
    return { row: accessOf(value, measure), column: groupOf(found.decile) };
  };
  const nameOf = ({ row, column }) => `${LETTERS[row]}${column + 1}`;
  const colourOf = ({ row, column }) => cuts.colours[3 * row + column];

  const isOn = () => Boolean(byId("show-two-way")?.checked);

  const fillOf = (category, measure, place) => {
    const cell = cellOf(category, measure, place);
    if (cell) return colourOf(cell);
    const { state } = figures.figure(category, measure, place);
    return state === "o" ? data.theme.no_data : `url(#state-${state})`;
  };

  // --- in words ------------------------------------------------------------------------------

  /** Of the last group of deciles, of the middle one, of the first. */
  const decileWords = (column) => {
    const [first, second] = cuts.deciles;
    const [from, to] = [
      [1, first],
      [first + 1, second],
      [second + 1, 10],
    ][column];
    return say("deciles", { from, to });
  };
  const accessWords = (row, measure) => {
    const { kind } = figures.measures.get(measure);
    const [low, high] = cuts[kind];
    return say(`${kind}_${LETTERS[row].toLowerCase()}`, { low, high });
  };

  const swatch = (cell, places) => {
    const people = places.reduce((sum, place) => sum + data.neighbourhoods[place].people, 0);
    const name = el("span", { class: "two-way-name" }, el("span", {}, nameOf(cell)));
    name.style.background = colourOf(cell);
    const counted = (key, n) => [
      el("span", { class: `two-way-${key}`, "aria-hidden": "true" }, number(n)),
      el("span", { class: "unseen" }, HalfFull.say(`counts.${key}`, { n })),
    ];
    return el("td", {}, name, counted("neighbourhoods", places.length), counted("residents", people));
  };

  /** The key: a table of three rows and columns, with how many live in each, and what its corners say. */
  const key = (category, measure) => {
    const cells = data.neighbourhoods.map((_, place) => cellOf(category, measure, place));
    const placesIn = (row, column) =>
      [...cells.keys()].filter((place) => cells[place]?.row === row && cells[place].column === column);
    const unknown = cells.filter((cell) => !cell).length;
    const head = el(
      "tr",
      {},
      el("td", {}),
      [0, 1, 2].map((column) => el("th", { scope: "col" }, `${column + 1}: ${decileWords(column)}`)),
    );
    const rows = [0, 1, 2].map((row) =>
      el(
        "tr",
        {},
        el("th", { scope: "row" }, `${LETTERS[row]}: ${accessWords(row, measure)}`),
        [0, 1, 2].map((column) => swatch({ row, column }, placesIn(row, column))),
      ),
    );
    const { index } = beside.sample;
    return [
      el("p", { class: "note" }, say("lede", { index, nation: data.district.nation })),
      el(
        "table",
        { class: "two-way" },
        el("caption", { class: "unseen" }, say("caption")),
        el("thead", {}, head),
        el("tbody", {}, rows),
      ),
      el("p", { class: "note", "aria-hidden": "true" }, say("in_each")),
      el(
        "ul",
        { class: "two-way-corners" },
        ["a1", "c1", "a3", "c3"].map((corner) => el("li", {}, say(corner))),
      ),
      unknown ? el("p", { class: "note" }, say("unknown", { n: unknown })) : null,
      el("p", { class: "note" }, say("letters")),
    ];
  };

  /** For a table: the letters of each neighbourhood. */
  const column = (category, measure) => {
    const value = (place) => {
      const cell = cellOf(category, measure, place);
      return cell && nameOf(cell);
    };
    return { label: say("column"), value, cell: (place) => el("td", { class: "beside" }, value(place) ?? "–") };
  };

  const sentence = (category, measure, place) => {
    const cell = cellOf(category, measure, place);
    if (!cell) return say("no_cell");
    return say("cell", {
      name: nameOf(cell),
      access: accessWords(cell.row, measure),
      deciles: decileWords(cell.column),
    });
  };

  // --- letters on the map --------------------------------------------------------------------

  const letters = L.layerGroup();

  const hasRoom = (map, polygon) => {
    const bounds = polygon.getBounds();
    const size = map.latLngToLayerPoint(bounds.getSouthEast()).subtract(map.latLngToLayerPoint(bounds.getNorthWest()));
    return size.x >= ROOM.x && size.y >= ROOM.y;
  };

  const drawLetters = (map, polygons, category, measure) => {
    letters.clearLayers();
    if (!isOn()) return;
    letters.addTo(map);
    data.neighbourhoods.forEach((neighbourhood, place) => {
      const cell = cellOf(category, measure, place);
      if (!cell || !hasRoom(map, polygons[place])) return;
      const icon = L.divIcon({ className: "decile", html: el("span", {}, nameOf(cell)), iconSize: [24, 16] });
      letters.addLayer(
        L.marker(layers.labelPoint(neighbourhood), {
          icon,
          interactive: false,
          keyboard: false,
          pane: "beside-numbers",
        }),
      );
    });
  };

  return { isOn, fillOf, key, column, sentence, drawLetters };
})();
