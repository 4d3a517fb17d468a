"use strict";
/*
 * Land, buildings and shops that are not in use at present, as a layer of their own: what they are,
 * how large, who lives near, what their sources say. Symbols by form, borders drawn in dashes.
 */

HalfFull.unused = (() => {
  const { data, el, named, byId, replace, number } = HalfFull;
  const { layers, symbols, tables } = HalfFull;
  const say = (key, slots) => HalfFull.say(`unused.${key}`, slots);
  const { sites, kinds, forms, texts, minutes } = data.unused;
  const n = sites.kind.length;

  let map = null;
  let host = null;
  const outlines = L.layerGroup();
  const symbolLayer = new symbols.SymbolLayer({
    categories: forms,
    categoryOf: sites.form,
    latLng: (site) => [sites.at[2 * site + 1] / layers.UNITS, sites.at[2 * site] / layers.UNITS],
    ways: () => [],
  });

  const isOn = () => byId("show-unused").checked;
  const all = () => [...sites.kind.keys()];
  const kindOf = (site) => kinds[sites.kind[site]];
  const nameOf = (site) => sites.name[site];
  const whereOf = (site) =>
    sites.where[site] < 0 ? HalfFull.say("map.elsewhere") : data.neighbourhoods[sites.where[site]].name;

  // --- in words ------------------------------------------------------------------------------

  const area = (site) => {
    const m2 = sites.area[site];
    if (m2 === null) return null;
    if (m2 < 1000) return say("square_metres", { n: Math.round(m2) });
    return say("hectares", { n: m2 < 10000 ? Math.round(m2 / 100) / 100 : Math.round(m2 / 1000) / 10 });
  };
  const people = (site) => {
    const found = sites.people[site];
    return found === null ? null : say("people", { n: found, minutes });
  };
  const factsOf = (site) => {
    const pairs = sites.facts[site];
    return pairs.filter((_, k) => k % 2 === 0).map((label, k) => [texts[label], texts[pairs[2 * k + 1]]]);
  };
  const sourcesOf = (site) => sites.sources[site].map((source) => texts[source]).join("; ");

  const facts = (site) => [
    [say("form"), forms[sites.form[site]].label],
    [say("area"), area(site) ?? say("area_unknown")],
    [say("people_head"), people(site) ?? say("people_unknown")],
    ...factsOf(site),
    [HalfFull.say("map.in_neighbourhood"), whereOf(site)],
    [HalfFull.say("map.source"), sourcesOf(site)],
  ];

  const content = (site) =>
    el(
      "div",
      { class: "pop" },
      el("h2", {}, named(nameOf(site))),
      el(
        "p",
        { class: "lede" },
        symbols.picture(forms[sites.form[site]]),
        named(kindOf(site).label, kindOf(site).language),
      ),
      el("p", {}, HalfFull.say("map.potential")),
      el(
        "dl",
        {},
        facts(site).flatMap(([label, text]) => [el("dt", {}, named(label)), el("dd", {}, named(text))]),
      ),
    );

  const open = (site, { from = null } = {}) => {
    if (from) {
      map.setView(symbolLayer.latLng(site), Math.max(map.getZoom(), 16), { animate: false });
      host.seeMap();
    }
    host.openPopup(symbolLayer.latLng(site), content(site), from, null);
  };

  // --- the legend, the layer, the table ------------------------------------------------------

  const legend = () => {
    if (!n || !isOn()) return null;
    const count = (form) => sites.form.filter((each) => each === form).length;
    const row = (form, at) =>
      el(
        "li",
        {},
        symbols.picture(form),
        el("span", {}, form.label),
        el("span", { class: "count" }, number(count(at))),
      );
    return [
      el("p", { class: "legend-title" }, say("title")),
      el("ul", { class: "plain forms" }, forms.map(row)),
      el("p", { class: "note" }, say("about")),
      data.unused.has_register ? el("p", { class: "note" }, say("register")) : null,
      data.unused.has_survey ? el("p", { class: "note" }, say("survey")) : null,
    ];
  };

  const drawOutlines = () => {
    outlines.clearLayers();
    const renderer = L.svg({ pane: "outlines", padding: 0.3 });
    for (const [site, parts] of Object.entries(sites.outlines)) {
      const { colour } = forms[sites.form[site]];
      const shape = layers.shape(parts);
      const style = { renderer, pane: "outlines", interactive: false };
      outlines.addLayer(L.polygon(shape, { ...style, color: "#ffffff", weight: 3.5, opacity: 0.9, fill: false }));
      outlines.addLayer(
        L.polygon(shape, {
          ...style,
          color: colour,
          weight: 1.8,
          dashArray: "5 3",
          fillColor: colour,
          fillOpacity: 0.28,
        }),
      );
    }
  };

  const column = (label, value) => ({ label, value, cell: (site) => el("td", {}, named(value(site) ?? "–")) });
  const numbers = (label, value, words) => ({
    label,
    class: "number",
    value,
    cell: (site) => el("td", { class: "number" }, value(site) === null ? "–" : words(site)),
  });

  const showTable = () => {
    const nameColumn = {
      label: HalfFull.say("tables.name"),
      value: nameOf,
      cell: (site) => {
        const button = el("button", { type: "button", class: "link" }, named(nameOf(site)));
        button.addEventListener("click", () => open(site, { from: button }));
        return el("th", { scope: "row" }, button);
      },
    };
    tables.sortable(byId("unused-table"), {
      caption: say("caption", { n }),
      columns: [
        nameColumn,
        column(say("kind"), (site) => kindOf(site).label),
        column(say("form"), (site) => forms[sites.form[site]].label),
        numbers(say("area"), (site) => sites.area[site], area),
        numbers(
          say("people_column", { minutes }),
          (site) => sites.people[site],
          (site) => number(sites.people[site]),
        ),
        column(HalfFull.say("map.in_neighbourhood"), whereOf),
        column(
          HalfFull.say("tables.details"),
          (site) =>
            factsOf(site)
              .map((pair) => pair.join(": "))
              .join("; ") || null,
        ),
        column(HalfFull.say("tables.sources"), sourcesOf),
      ],
      rows: all(),
      limit: 100,
      more: HalfFull.say("tables.show_all", { n }),
    });
  };

  const show = () => {
    byId("unused").hidden = !isOn();
    symbolLayer.choose(isOn() ? all() : []);
    if (isOn()) {
      drawOutlines();
      showTable();
    } else outlines.clearLayers();
    host.onChange();
  };

  /** The site under a point of the map, or null. */
  const at = (containerPoint) => (n && isOn() ? symbolLayer.at(containerPoint) : null);

  /** Join the map: `given` opens pop-ups and shows the legend. */
  const join = (joined, given) => {
    [map, host] = [joined, given];
    if (!n) {
      replace(byId("unused-note"), say("none"));
      byId("unused-note").hidden = false;
      return;
    }
    byId("unused-choice").hidden = false;
    replace(byId("show-unused-label"), say("show", { n }));
    outlines.addTo(map);
    symbolLayer.addTo(map);
    byId("show-unused").addEventListener("change", show);
  };

  return { join, at, open, legend, nameOf, latLng: (site) => symbolLayer.latLng(site) };
})();
