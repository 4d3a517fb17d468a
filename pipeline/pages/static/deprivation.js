"use strict";
/*
 * Deprivation beside access, never in its place: lines over the map, a card, a column. An edition
 * without it leaves out this script, and all others work without it.
 */

HalfFull.beside = (() => {
  const { data, svg, el, say } = HalfFull;
  const { layers } = HalfFull;
  const whole = data.neighbourhoods.length;
  const sample = data.neighbourhoods.find(({ deprivation }) => deprivation)?.deprivation;

  // --- on the map ----------------------------------------------------------------------------

  /** Five groups of deciles: the closer the lines, the more deprived. */
  const SPACING = [6, 8.5, 12, 18, 28];
  const groupOf = (decile) => Math.floor((decile - 1) / 2);
  const hatch = (size, group) => {
    const lines = [
      svg("path", { d: `M0 0V${size}`, stroke: "#ffffff", "stroke-width": 3.2, "stroke-opacity": 0.92 }),
      svg("path", { d: `M0 0V${size}`, stroke: data.theme.deprivation_classes[2 * group], "stroke-width": 1.5 }),
    ];
    const made = layers.pattern(`decile-${group}`, size, svg("g", { transform: `translate(${size / 2} 0)` }, ...lines));
    made.setAttribute("patternTransform", "rotate(45)");
    return made;
  };
  const patterns = () => SPACING.map(hatch);

  /** Lines over whatever is below, with the decile as a number. */
  const layer = () => {
    const options = { renderer: L.svg({ pane: "beside", padding: 0.5 }), pane: "beside", interactive: false };
    const group = L.layerGroup();
    for (const neighbourhood of data.neighbourhoods) {
      if (!neighbourhood.deprivation) continue;
      const { decile } = neighbourhood.deprivation;
      const area = L.polygon(layers.shape(neighbourhood.shape), {
        ...options,
        stroke: false,
        fillColor: `url(#decile-${groupOf(decile)})`,
        fillOpacity: 1,
      });
      group.addLayer(area);
      const icon = L.divIcon({ className: "decile", html: el("span", {}, String(decile)), iconSize: [20, 16] });
      const at = layers.labelPoint(neighbourhood);
      group.addLayer(L.marker(at, { icon, interactive: false, keyboard: false, pane: "beside-numbers" }));
    }
    return group;
  };

  /** The words of the legend, and its rows. */
  const legend = () => ({
    title: say("deprivation.legend", { ...sample, nation: data.district.nation }),
    rows: SPACING.map((_, group) => ({
      patch: layers.patch(`url(#decile-${group})`, data.theme.access_classes[1]),
      words: say("deprivation.group", { from: 2 * group + 1, to: 2 * group + 2 }),
    })),
  });

  // --- beside what is within reach -----------------------------------------------------------

  /** Sentences about the index: which, of what year, which way it runs. */
  const sentences = (place) => {
    const found = data.neighbourhoods[place].deprivation;
    if (!found) return [say("deprivation.decile_none")];
    return [
      `${say("deprivation.decile", found)}.`,
      say("deprivation.decile_more", { nation: data.district.nation }),
      found.rank === null ? null : say("deprivation.decile_rank", { rank: found.rank }),
      found.income === null ? null : say("deprivation.income_decile", { decile: found.income }),
    ].filter(Boolean);
  };

  /** How many neighbourhoods of the district are in each decile. */
  const chart = () => {
    const counts = Array(10).fill(0);
    for (const { deprivation } of data.neighbourhoods) if (deprivation) counts[deprivation.decile - 1] += 1;
    const most = Math.max(...counts, 1);
    return el(
      "ol",
      { class: "deciles" },
      counts.map((count, n) => {
        const column = el("span", { class: "column", "aria-hidden": "true" });
        column.style.height = `${Math.round((48 * count) / most)}px`;
        return el("li", {}, el("span", { class: "count" }, count), column, el("span", { class: "tick" }, n + 1));
      }),
    );
  };

  const card = (place) => {
    if (!sample) return el("p", { class: "note" }, say("deprivation.none"));
    const note = { index: sample.index, nation: data.district.nation };
    const body =
      place === whole
        ? [
            el("p", {}, say("deprivation.deciles")),
            chart(),
            el("p", { class: "note" }, say("deprivation.index_note", note)),
          ]
        : sentences(place).map((text) => el("p", {}, text));
    return el("section", { class: "card beside" }, el("h3", {}, say("deprivation.beside")), ...body);
  };

  /** A column of a table of neighbourhoods. */
  const column = {
    label: say("deprivation.column"),
    class: "number",
    value: (place) => (place === whole ? null : (data.neighbourhoods[place].deprivation?.decile ?? null)),
    cell: (place) => el("td", { class: "number beside" }, column.value(place) ?? "–"),
  };

  return {
    isKnown: Boolean(sample),
    sample,
    patterns,
    layer,
    legend,
    card,
    first: (place) => sentences(place)[0],
    column,
  };
})();
