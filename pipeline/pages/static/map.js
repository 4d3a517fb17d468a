"use strict";
/* The map page: what is chosen, and everything that follows from it. */

(() => {
  const { data, el, named, say, byId, replace, number, capital } = HalfFull;
  const { beside, figures, layers, legend, locating, measuring, printing, profile, routes } = HalfFull;
  const { search, symbols, tables, twoWay, unused, view, who } = HalfFull;
  const map = halfFullMap;
  const whole = figures.whole;
  const chosen = { category: null, measure: null, place: whole, also: new Set(), open: null, asset: null };
  let lastFocus = null;

  const option = (value, ...label) => el("option", { value }, ...label);
  const categoryNow = () => data.categories.find(({ id }) => id === chosen.category);

  // --- choices -------------------------------------------------------------------------------

  const fillChoices = () => {
    for (const kind of data.kinds) {
      const inKind = data.categories.filter((category) => category.kind === kind.id);
      if (!inKind.length) continue;
      const group = el("optgroup", { label: kind.label });
      group.append(...inKind.map((category) => option(category.id, category.label)));
      byId("category").append(group);
      byId("layers").append(layerChoices(kind, inKind));
    }
    byId("measure").append(...data.measures.map((measure) => option(measure.name, measure.label)));
    byId("neighbourhood").append(option(whole, say("map.whole_district", { district: data.district.name })));
    fillNeighbourhoods();
    if (beside?.isKnown) byId("beside-choice").hidden = false;
  };

  /** Those with figures first; groups only where some have none. */
  const fillNeighbourhoods = () => {
    const options = (places) => places.map((place) => option(place, profile.fullName(place)));
    const known = figures.byName.filter(figures.isKnown);
    const others = figures.byName.filter((place) => !figures.isKnown(place));
    const group = (label, places) => el("optgroup", { label }, options(places));
    const groups = [group(say("map.with_data"), known), group(say("map.without_data"), others)];
    byId("neighbourhood").append(...(others.length ? groups : options(known)));
  };

  const layerChoices = (kind, categories) =>
    el(
      "fieldset",
      {},
      el("legend", {}, kind.label),
      categories.map((category) => {
        const box = el("input", { type: "checkbox", id: `layer-${category.id}` });
        box.addEventListener("change", () => {
          if (box.checked) chosen.also.add(category.id);
          else chosen.also.delete(category.id);
          showSymbols();
        });
        const label = el(
          "label",
          { for: box.id },
          symbols.picture(category),
          profile.labelled(category),
          ` (${number(category.n)})`,
        );
        return el("div", { class: "check" }, box, label);
      }),
    );

  // --- what the map shows --------------------------------------------------------------------

  const fillOf = (place) => {
    if (twoWay?.isOn()) return twoWay.fillOf(chosen.category, chosen.measure, place);
    const { value, state } = figures.figure(chosen.category, chosen.measure, place);
    return state === "o" ? data.theme.access_classes[figures.classOf(value, chosen.measure)] : `url(#state-${state})`;
  };

  const symbolLayer = new symbols.SymbolLayer({
    categories: data.categories,
    categoryOf: data.places.category,
    latLng: (n) => [data.places.at[2 * n + 1] / layers.UNITS, data.places.at[2 * n] / layers.UNITS],
    ways: (n) => waysInto(n),
  });
  const outlines = L.layerGroup();

  const waysInto = (n) => {
    const flat = data.places.entrances[n] ?? [];
    const [x, y] = [data.places.at[2 * n], data.places.at[2 * n + 1]];
    const place = (_, k) => [(y + flat[3 * k + 1]) / layers.UNITS, (x + flat[3 * k]) / layers.UNITS];
    return Array.from({ length: flat.length / 3 }, place);
  };

  const showSymbols = () => {
    const wanted = new Set(chosen.also);
    if (byId("show-places").checked) wanted.add(chosen.category);
    const isWanted = data.categories.map(({ id }) => wanted.has(id));
    const numbers = [...data.places.category.keys()].filter((n) => isWanted[data.places.category[n]]);
    symbolLayer.choose(numbers);
    outlines.clearLayers();
    const renderer = L.canvas({ pane: "outlines", padding: 0.3 });
    for (const n of numbers) {
      if (!data.places.outlines[n]) continue;
      const { colour } = data.categories[data.places.category[n]];
      const style = {
        renderer,
        pane: "outlines",
        interactive: false,
        color: colour,
        weight: 1.4,
        fillColor: colour,
        fillOpacity: 0.22,
      };
      outlines.addLayer(L.polygon(layers.shape(data.places.outlines[n]), style));
    }
  };

  const showLegend = () => legend.show(categoryNow(), chosen.measure);

  // --- pop-ups -------------------------------------------------------------------------------

  /**
   * Open a pop-up, and remember what of; when it closes, the focus goes back to where it came from,
   * if anywhere.
   */
  const openPopup = (latLng, content, from, open, asset = null) => {
    lastFocus = null;
    map.closePopup();
    lastFocus = from;
    Object.assign(chosen, { open, asset });
    map.openPopup(
      L.popup({
        maxWidth: Math.min(300, map.getSize().x - 80),
        minWidth: 200,
        autoPanPadding: [16, 16],
        closeButton: true,
      })
        .setLatLng(latLng)
        .setContent(content),
    );
    content
      .closest(".leaflet-popup")
      .querySelector(".leaflet-popup-close-button")
      .setAttribute("aria-label", say("map.close"));
    content.setAttribute("tabindex", "-1");
    if (from) content.focus();
  };

  const closePopup = () => {
    lastFocus = null;
    map.closePopup();
  };

  const choosePlace = (place, { latLng = null, from = null, isOpen = true, isMoving = !latLng } = {}) => {
    chosen.place = place;
    byId("neighbourhood").value = String(place);
    profile.show(place);
    outlinesOf.mark(place);
    if (place === whole) return;
    if (isMoving) map.fitBounds(outlinesOf.polygons[place].getBounds(), { maxZoom: 15, animate: false });
    if (!isOpen) return;
    const content = profile.popup(place, {
      category: categoryNow(),
      measure: chosen.measure,
      onMore: () => {
        closePopup();
        byId("profile-title").focus();
        byId("profile").scrollIntoView({ block: "start" });
      },
    });
    openPopup(latLng ?? layers.labelPoint(data.neighbourhoods[place]), content, from, "p");
  };

  const placeContent = (n) => {
    const category = data.categories[data.places.category[n]];
    const ways = data.places.entrances[n] ?? [];
    const kinds = [...new Set(ways.filter((_, k) => k % 3 === 2))].map((kind) => data.ways_in[kind]);
    const facts = [
      ...tables.detailsOf(n),
      [say("map.in_neighbourhood"), tables.whereOf(n)],
      ...(kinds.length ? [[say("map.entrances"), `${ways.length / 3} (${kinds.join(", ")})`]] : []),
      [say("map.source"), tables.sourcesOf(n)],
    ];
    return el(
      "div",
      { class: "pop" },
      el("h2", {}, named(tables.placeName(n))),
      el("p", { class: "lede" }, symbols.picture(category), named(capital(category.one), category.languages[0])),
      category.is_potential ? el("p", {}, say("map.potential")) : null,
      el("p", { class: "why" }, legend.why(category)),
      el(
        "dl",
        {},
        facts.flatMap(([label, text]) => [el("dt", {}, named(label)), el("dd", {}, named(text))]),
      ),
      routes.startButton(n, symbolLayer.latLng(n)),
    );
  };

  /** Show the places of a category, if they are not yet. */
  const showPlacesOf = ({ id }) => {
    const box = byId(id === chosen.category ? "show-places" : `layer-${id}`);
    if (!box.checked) box.click();
  };

  const openPlace = (n, { from = null, isMoving = Boolean(from) } = {}) => {
    const latLng = symbolLayer.latLng(n);
    if (isMoving) {
      showPlacesOf(data.categories[data.places.category[n]]);
      map.setView(latLng, Math.max(map.getZoom(), 16), { animate: false });
      byId("map").scrollIntoView({ block: "center" });
    }
    openPopup(latLng, placeContent(n), from, "a", n);
  };

  const onMapClick = (event, place) => {
    const at = [event.latlng.lat, event.latlng.lng];
    const n = symbolLayer.at(event.containerPoint);
    const site = unused.at(event.containerPoint);
    if (measuring.isOn())
      measuring.take(n === null ? at : symbolLayer.latLng(n), n === null ? "" : tables.placeName(n));
    else if (site !== null) unused.open(site);
    else if (n !== null) openPlace(n);
    else if (routes.canWalk) routes.start(at, { place: place ?? null });
    else if (place !== undefined) choosePlace(place, { latLng: event.latlng });
  };

  /** Enter asks at the cross in the middle of the map what a click asks anywhere. */
  const onMapKey = (event) => {
    if (event.key !== "Enter" || event.target !== map.getContainer()) return;
    const { lat, lng } = map.getCenter();
    if (measuring.isOn()) measuring.take([lat, lng]);
    else if (routes.canWalk) routes.start([lat, lng], { from: map.getContainer() });
  };

  /** What was searched for opens as a click on it does, with the map in sight. */
  const onFound = {
    onAsset: (n, from) => {
      if (measuring.isOn()) measuring.take(symbolLayer.latLng(n), tables.placeName(n));
      else openPlace(n, { from });
    },
    onNeighbourhood: (place, from) => {
      const neighbourhood = data.neighbourhoods[place];
      if (measuring.isOn()) return measuring.take(layers.labelPoint(neighbourhood), neighbourhood.name);
      byId("map").scrollIntoView({ block: "center" });
      return choosePlace(place, { from });
    },
    // A part of town has no borders: the map goes there, and its neighbourhood is told beside it.
    onLocality: (n) => {
      const [lng, lat] = data.localities.at.slice(2 * n, 2 * n + 2).map((unit) => unit / layers.UNITS);
      if (measuring.isOn()) return measuring.take([lat, lng], data.localities.name[n]);
      map.setView([lat, lng], Math.max(map.getZoom(), 15), { animate: false });
      byId("map").scrollIntoView({ block: "center" });
      return choosePlace(data.localities.where[n], { isOpen: false, isMoving: false });
    },
    onCategory: ({ id }) => {
      byId("category").value = id;
      byId("category").dispatchEvent(new Event("change", { bubbles: true }));
    },
  };

  const hover = (place) =>
    el(
      "div",
      {},
      el("strong", {}, named(profile.nameOf(place))),
      profile.around(place),
      el("br"),
      profile.labelled(categoryNow()),
      `: ${figures.sentence(chosen.category, chosen.measure, place)}`,
      who.beside() ? [el("br"), who.beside()] : null,
      twoWay?.isOn() ? [el("br"), twoWay.sentence(chosen.category, chosen.measure, place)] : null,
    );

  // --- putting it together -------------------------------------------------------------------

  const showTable = () =>
    tables.showFigures({
      category: categoryNow(),
      measure: chosen.measure,
      mode: byId("table-mode").value,
      more: twoWay?.isOn() ? [twoWay.column(chosen.category, chosen.measure)] : [],
      onChoose: (place, from) => {
        byId("map").scrollIntoView({ block: "center" });
        choosePlace(place, { from });
      },
    });

  const showChoice = () => {
    chosen.category = byId("category").value;
    chosen.measure = byId("measure").value;
    const category = categoryNow();
    const places = category.is_left_out ? "map.left_out_here" : category.n ? "map.show_places" : "map.no_places";
    replace(byId("show-places-label"), say(places, { n: category.n }));
    byId("show-places").disabled = category.is_left_out;
    map.closePopup();
    showFills();
    showSymbols();
    showTable();
    tables.showPlaces({ category, onPlace: (n, from) => openPlace(n, { from }) });
    routes.showCategory();
  };

  const showFills = () => {
    outlinesOf.paint(fillOf);
    showLetters();
    showLegend();
  };
  const showLetters = () => twoWay?.drawLetters(map, outlinesOf.polygons, chosen.category, chosen.measure);

  const overlay = beside?.layer();
  const showBeside = () => {
    if (byId("show-beside").checked) {
      overlay.addTo(map);
      if (byId("show-two-way").checked) byId("show-two-way").click();
    } else overlay.remove();
    showLegend();
  };
  /** One view of both has no room for lines over it. */
  const showTwoWay = () => {
    if (byId("show-two-way").checked && byId("show-beside").checked) byId("show-beside").click();
    showFills();
    showTable();
  };

  /** Someone else walks: all that is told of walks is told anew. */
  const showWalker = () => {
    showChoice();
    profile.show(chosen.place);
    routes.showWalker();
    measuring.showWalker();
  };

  const firstChoice = () => {
    const known = new Set(data.categories.map(({ id }) => id));
    const first = data.district.strengths.map(({ category }) => category).find((id) => known.has(id));
    byId("category").value = known.has("park") ? "park" : (first ?? data.categories[0].id);
    byId("measure").value = `within_${profile.middle}_min_pct`;
  };

  const fitDistrict = () => {
    const [west, south, east, north] = data.district.bounds.map((unit) => unit / layers.UNITS);
    map.fitBounds(
      [
        [south, west],
        [north, east],
      ],
      { padding: [12, 12], animate: false },
    );
  };

  const wire = () => {
    byId("category").addEventListener("change", showChoice);
    byId("measure").addEventListener("change", showChoice);
    byId("show-places").addEventListener("change", showSymbols);
    byId("show-beside")?.addEventListener("change", showBeside);
    byId("show-two-way")?.addEventListener("change", showTwoWay);
    if (twoWay) map.on("zoomend", showLetters);
    map.getContainer().addEventListener("keydown", onMapKey);
    byId("table-mode").addEventListener("change", showTable);
    byId("neighbourhood").addEventListener("change", () => choosePlace(Number(byId("neighbourhood").value)));
    map.on("click", (event) => onMapClick(event));
    map.on("mousemove", (event) => {
      map
        .getContainer()
        .classList.toggle(
          "over-symbol",
          (symbolLayer.at(event.containerPoint) ?? unused.at(event.containerPoint)) !== null,
        );
    });
    map.on("popupclose", () => {
      lastFocus?.focus();
      lastFocus = null;
      Object.assign(chosen, { open: null, asset: null });
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") map.closePopup();
    });
    // The wheel scrolls the page until the map has been clicked or tabbed to.
    map.on("focus", () => map.scrollWheelZoom.enable());
    map.on("blur", () => map.scrollWheelZoom.disable());
  };

  layers.addPatterns();
  fillChoices();
  firstChoice();
  fitDistrict();
  layers.preparePanes(map);
  layers.addBackdrop(map);
  const outlinesOf = layers.addNeighbourhoods(map, {
    describe: hover,
    onChoose: (place, event) => onMapClick(event, place),
    onKey: (place, from) => choosePlace(place, { from, isMoving: false }),
  });
  outlines.addTo(map);
  symbolLayer.addTo(map);
  L.control
    .zoom({ position: "bottomright", zoomInTitle: say("map.closer"), zoomOutTitle: say("map.further") })
    .addTo(map);
  map.scrollWheelZoom.disable();
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  byId("map").setAttribute("aria-label", say("map.window_of", { district: data.district.name }));
  routes.join(map, {
    category: categoryNow,
    measure: () => chosen.measure,
    openPopup: (latLng, content, from) => openPopup(latLng, content, from, "from"),
    closePopup,
    lastFocus: () => lastFocus,
    choosePlace: (place, latLng) => choosePlace(place, { latLng, from: lastFocus }),
    seeMap: () => byId("map").scrollIntoView({ block: "center" }),
  });
  const bounds = () => L.featureGroup(outlinesOf.polygons).getBounds();
  const seeMap = () => byId("map").scrollIntoView({ block: "center" });
  measuring.join(map, { closePopup });
  locating.join(map, { bounds, seeMap });
  HalfFull.background.join(map);
  printing.join(map);
  unused.join(map, { openPopup, onChange: showLegend, seeMap });
  who.join(showWalker);
  showChoice();
  profile.show(whole);
  wire();
  search.join(onFound);
  view.join(map, {
    now: () => chosen,
    bounds,
    choosePlace,
    openPlace,
    closePopup,
  });
})();
