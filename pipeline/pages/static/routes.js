"use strict";
/*
 * On foot from any point of the map: the minutes to the nearest of every kind, as a list that can
 * be read and printed, and the way to one of them as a line and in words.
 */

HalfFull.routes = (() => {
  const { data, el, named, byId, replace } = HalfFull;
  const { figures, layers, profile, streets, symbols, tables, walks, who } = HalfFull;
  const say = (key, slots) => HalfFull.say(`walks.${key}`, slots);
  const sayParts = (key, slots) => HalfFull.sayParts(`walks.${key}`, slots);
  // A nameless stretch shorter than this is a crossing or a corner, and goes without saying.
  const SHORTEST_NAMELESS_DM = 300;
  const MOST_IN_POPUP = 5;
  const NAMELESS = ["a_street", "a_path", "steps"];

  let host = null;
  let line = null;
  const now = { walk: null, latLng: null, place: null, category: null, isSecret: false };

  // --- words ---------------------------------------------------------------------------------

  const walker = () => who.now().id;
  const minutesOf = (cost) => walks.minutesOf(cost, walker());
  /** Nearer than the data end nothing can be missing; further away there may be something nearer. */
  const isCertain = (cost) => cost / 10 <= now.known;

  const minutesWords = (cost) => {
    const minutes = figures.minutes(minutesOf(cost));
    return isCertain(cost) ? minutes : say("or_less", { minutes });
  };

  /** Why there are no minutes to a category. */
  const reason = (number) => {
    const letter = streets.nothing[number];
    if (letter) return say({ n: "none_known", z: "none_here", u: "no_street_there", l: "left_out" }[letter]);
    return say("further", { minutes: streets.furthest });
  };

  const placeWords = () =>
    now.place === null ? say("point_outside") : say("point_in", { neighbourhood: data.neighbourhoods[now.place].name });

  const distance = (decimetres) => {
    const metres = Math.max(10, Math.round(decimetres / 100) * 10);
    return metres < 1000
      ? HalfFull.say("numbers.metres", { n: metres })
      : HalfFull.say("numbers.kilometres", { n: metres / 1000 });
  };

  /** Stretches of one name put together; short ones without a name go without saying. */
  const stretches = (way) => {
    const all = [];
    for (const { called, length } of way.legs) {
      if (all.length && all[all.length - 1].called === called) all[all.length - 1].length += length;
      else all.push({ called, length });
    }
    const told = all.filter(({ called, length }) => called >= NAMELESS.length || length >= SHORTEST_NAMELESS_DM);
    const joined = [];
    for (const part of told) {
      const last = joined[joined.length - 1];
      if (last?.called === part.called) last.length += part.length;
      else joined.push({ ...part });
    }
    return joined;
  };

  const listed = (parts) => parts.flatMap((part, n) => [n ? ", " : "", part]);

  /** Along which streets a way leads, in their order. */
  const along = (way) => {
    const names = stretches(way).map(({ called, length }) => {
      const street = called < NAMELESS.length ? say(NAMELESS[called]) : named(streets.names[called - NAMELESS.length]);
      return el("span", {}, sayParts("stretch", { street, distance: distance(length) }));
    });
    return names.length ? el("span", {}, listed(names)) : null;
  };

  /** The way in words: how far in all, and along which streets. */
  const wayWords = (way) => {
    const names = along(way);
    const slots = {
      place: el("strong", {}, named(tables.placeName(way.asset))),
      minutes: minutesWords(way.cost),
      distance: distance(way.length),
    };
    return names ? sayParts("way", { ...slots, streets: names }) : sayParts("way_short", slots);
  };

  // --- the line on the map -------------------------------------------------------------------

  const drawWay = (way) => {
    line.clearLayers();
    if (!now.latLng) return;
    const { ink } = data.theme;
    const style = { pane: "ways", renderer: drawWay.renderer, interactive: false };
    const drawn = (points, more) => line.addLayer(L.polyline(points, { ...style, ...more }));
    if (way) {
      const [first, last] = [way.line[0], way.line[way.line.length - 1]];
      drawn(way.line, { color: "#ffffff", weight: 8, opacity: 0.95 });
      drawn(way.line, { color: ink, weight: 4, opacity: 1 });
      drawn([now.latLng, first], { color: ink, weight: 2.5, dashArray: "1 5" });
      drawn([last, way.door], { color: ink, weight: 2.5, dashArray: "1 5" });
      const { colour } = data.categories[data.places.category[way.asset]];
      line.addLayer(
        L.circleMarker(way.door, {
          ...style,
          radius: 7,
          color: "#ffffff",
          weight: 2,
          fillColor: colour,
          fillOpacity: 1,
        }),
      );
    }
    line.addLayer(
      L.circleMarker(now.latLng, { ...style, radius: 8, color: ink, weight: 3, fillColor: "#ffffff", fillOpacity: 1 }),
    );
  };

  /** Draw the way to the nearest of a category, and tell it. */
  const showWay = (number) => {
    now.category = number;
    const way = now.walk && walks.wayTo(now.walk, number);
    drawWay(way);
    replace(byId("walks-way"), way ? wayWords(way) : "");
    byId("walks-way").hidden = !way;
    for (const button of byId("walks-list").querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.category) === number));
    }
    return way ? wayWords(way) : "";
  };

  // --- the list ------------------------------------------------------------------------------

  const row = (category) => {
    const number = data.categories.indexOf(category);
    const found = now.walk.best[number];
    const label = el("span", { class: "row-label" }, symbols.picture(category), profile.labelled(category));
    if (!found) return el("li", { class: "walk none" }, label, el("span", { class: "row-words" }, reason(number)));
    const name = data.places.name[found.asset];
    const attributes = { type: "button", class: name ? "link" : "link nameless", "data-category": number };
    const button = el("button", attributes, name ? named(name) : say("show_way"));
    button.addEventListener("click", () => {
      said(showWay(number));
      host.seeMap();
    });
    return el(
      "li",
      { class: "walk" },
      label,
      el("span", { class: "walk-minutes" }, minutesWords(found.cost)),
      el("span", { class: "names" }, button),
    );
  };

  const costOf = (category) => now.walk.best[data.categories.indexOf(category)]?.cost ?? Infinity;
  const nearestFirst = (a, b) => (costOf(a) === costOf(b) ? 0 : costOf(a) - costOf(b));

  const kindCard = (kind) => {
    const inKind = data.categories.filter((category) => category.kind === kind.id).sort(nearestFirst);
    if (!inKind.length) return null;
    return el("section", { class: "card" }, el("h3", {}, kind.label), el("ul", { class: "plain" }, inKind.map(row)));
  };

  /** What holds for all of the list. */
  const notes = () => {
    const costs = now.walk.best.map((found) => (found ? found.cost : Infinity));
    const isCut = costs.some((cost) => !isCertain(cost));
    const edge = figures.minutes(walks.minutesOf(10 * now.known, walker()));
    const {
      note,
      languages: [, language],
    } = who.now();
    return [
      el("span", {}, HalfFull.sayParts("who.for", { walker: who.label(who.now()) }), " ", named(note, language)),
      isCut && now.known > 0 ? say("data_end", { minutes: edge }) : null,
      isCut && now.known === 0 ? say("data_end_here") : null,
      streets.isExact ? null : say("about"),
    ].filter(Boolean);
  };

  /** Why there are no minutes from a point at all. */
  const nowhere = () => {
    if (!walks.attach(now.latLng)) return walks.isCovered(now.latLng) ? say("no_street") : say("streets_end");
    return say("closed_to", { walker: who.now().label });
  };

  const showList = () => {
    byId("walks").classList.toggle("is-empty", !now.latLng);
    byId("walks-clear").hidden = !now.latLng;
    replace(byId("walks-about"));
    replace(byId("walks-list"));
    if (!now.latLng) return;
    const about = now.walk ? notes() : [nowhere()];
    replace(
      byId("walks-about"),
      el("p", { class: "lede" }, placeWords()),
      about.map((text) => el("p", { class: "note" }, text)),
    );
    if (now.walk) replace(byId("walks-list"), data.kinds.map(kindCard));
  };

  const said = (...words) => replace(byId("walks-said"), ...words);

  // --- the pop-up ----------------------------------------------------------------------------

  const nearby = () => {
    const chosen = host.category();
    const others = data.categories.filter(
      (category) => category !== chosen && !category.is_potential && costOf(category) < Infinity,
    );
    const shown = [chosen, ...others.sort(nearestFirst).slice(0, MOST_IN_POPUP)];
    return shown.map((category) => {
      const number = data.categories.indexOf(category);
      const found = now.walk.best[number];
      const name = found && category === chosen ? data.places.name[found.asset] : "";
      return { category, name, words: found ? minutesWords(found.cost) : reason(number) };
    });
  };

  const moreButton = () => {
    const button = el("button", { type: "button", class: "link" }, say("all"));
    button.addEventListener("click", () => {
      host.closePopup();
      byId("walks-title").focus();
      byId("walks").scrollIntoView({ block: "start" });
    });
    return button;
  };

  const neighbourhoodPart = () => {
    if (now.place === null) return null;
    const { place, latLng } = now;
    const name = profile.nameOf(place);
    const button = el(
      "button",
      { type: "button", class: "link" },
      sayParts("neighbourhood", { neighbourhood: named(name) }),
    );
    button.addEventListener("click", () => host.choosePlace(place, latLng));
    return el("div", { class: "pop-place" }, button);
  };

  const popup = () =>
    el(
      "div",
      { class: "pop" },
      el("h2", {}, say("here")),
      now.walk
        ? el(
            "ul",
            { class: "plain nearby" },
            nearby().map(({ category, words, name }) =>
              el(
                "li",
                {},
                symbols.picture(category),
                el(
                  "span",
                  {},
                  profile.labelled(category),
                  name ? el("span", { class: "names" }, " ", named(name)) : null,
                ),
                el("span", { class: "walk-minutes" }, words),
              ),
            ),
          )
        : el("p", {}, nowhere()),
      now.walk ? moreButton() : null,
      neighbourhoodPart(),
    );

  // --- choosing a point ----------------------------------------------------------------------

  const placeAt = (latLng) => {
    const found = data.neighbourhoods.findIndex(({ shape }) => walks.holds(shape, latLng));
    return found < 0 ? null : found;
  };

  const walk = () => {
    now.walk = walks.walkFrom(now.latLng, walker());
    showList();
    showWay(data.categories.indexOf(host.category()));
  };

  /** Walk from a point; `from` is what had the focus, if a pop-up is to give it back; no link holds a secret one. */
  const start = (latLng, { from = null, place = placeAt(latLng), isOpen = true, isSecret = false } = {}) => {
    Object.assign(now, { latLng, place, isSecret, known: walks.knownWithin(latLng) });
    walk();
    if (isOpen) host.openPopup(latLng, popup(), from);
    if (!now.walk) return said(nowhere());
    const minutes = nearby().map(({ category, words }) => el("span", {}, profile.labelled(category), ` ${words}`));
    return said(sayParts("heard", { minutes: el("span", {}, listed(minutes)) }), " ", say("below"));
  };

  const forget = () => {
    Object.assign(now, { latLng: null, walk: null, place: null });
    host.closePopup();
    line.clearLayers();
    byId("walks-way").hidden = true;
    showList();
  };

  const clear = () => {
    forget();
    said(say("cleared"));
    byId("walks-title").focus();
  };

  /** The category chosen on the map has changed. */
  const showCategory = () => {
    if (now.walk) showWay(data.categories.indexOf(host.category()));
  };

  /** A button for the pop-up of a place: its first way in is where one sets out. */
  const startButton = (asset, latLng) => {
    if (streets.why) return null;
    const [dx, dy] = data.places.entrances[asset] ?? [];
    const at =
      dx === undefined
        ? latLng
        : [(data.places.at[2 * asset + 1] + dy) / layers.UNITS, (data.places.at[2 * asset] + dx) / layers.UNITS];
    const button = el("button", { type: "button", class: "link" }, say("from_here"));
    button.addEventListener("click", () => start(at, { from: host.lastFocus() ?? host.container }));
    return button;
  };

  /** Who walks has changed. */
  const showWalker = () => {
    if (now.latLng) walk();
  };

  /** Join the map: `given` says what is chosen there, and opens and closes pop-ups. */
  const join = (map, given) => {
    host = { ...given, container: map.getContainer() };
    byId("walks").hidden = false;
    byId("walks").classList.add("is-empty");
    map.createPane("ways").style.zIndex = "440";
    map.getPane("ways").style.pointerEvents = "none";
    drawWay.renderer = L.svg({ pane: "ways", padding: 0.5 });
    if (streets.why) {
      byId("walks-buttons").hidden = true;
      replace(byId("walks-hint"), say(streets.why));
      return;
    }
    line = L.layerGroup().addTo(map);
    const middle = () => {
      const { lat, lng } = map.getCenter();
      return [lat, lng];
    };
    byId("walks-middle").addEventListener("click", () => {
      host.seeMap();
      start(middle(), { from: byId("walks-middle") });
    });
    byId("walks-clear").addEventListener("click", clear);
    // The first question is answered at once if the streets are laid out while nobody asks.
    (window.requestIdleCallback ?? ((call) => window.setTimeout(call, 300)))(() => streets.laid());
  };

  return {
    join,
    start,
    forget,
    showCategory,
    showWalker,
    startButton,
    along,
    /** Where a walk starts that a link may tell of. */
    point: () => (now.isSecret ? null : now.latLng),
    isWalking: () => now.latLng !== null,
    renderer: () => drawWay.renderer,
    canWalk: !streets.why,
  };
})();
