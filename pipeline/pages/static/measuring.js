"use strict";
/*
 * From one point to another: the straight line in metres, and the way on foot where the page has
 * the streets. Points are chosen by clicks, by Enter at the cross in the middle of the map, or by
 * the search.
 */

HalfFull.measuring = (() => {
  const { data, el, named, byId, replace } = HalfFull;
  const { figures, routes, streets, walks, who } = HalfFull;
  const say = (key, slots) => HalfFull.say(`measuring.${key}`, slots);
  const sayParts = (key, slots) => HalfFull.sayParts(`measuring.${key}`, slots);
  const DM = 10;

  let map = null;
  let host = null;
  let drawn = null;
  const now = { isOn: false, from: null, to: null };

  // --- how far -------------------------------------------------------------------------------

  /** Metres of a degree of latitude and of longitude on the ellipsoid WGS 84 (series of Snyder 1987). */
  const degreeMetres = (latitude) => {
    const phi = (latitude * Math.PI) / 180;
    return [
      111132.954 - 559.822 * Math.cos(2 * phi) + 1.175 * Math.cos(4 * phi),
      111412.84 * Math.cos(phi) - 93.5 * Math.cos(3 * phi) + 0.118 * Math.cos(5 * phi),
    ];
  };
  const straight = ([lat, lng], [otherLat, otherLng]) => {
    const [north, east] = degreeMetres((lat + otherLat) / 2);
    return Math.hypot((otherLat - lat) * north, (otherLng - lng) * east);
  };

  const metres = (value) => {
    const whole = Math.round(value);
    return whole < 10000
      ? HalfFull.say("numbers.metres", { n: whole })
      : HalfFull.say("numbers.kilometres", { n: Math.round(value / 100) / 10 });
  };

  /** The way on foot, or the words for why there is none. */
  const onFoot = () => {
    if (!routes.canWalk) return { words: say(streets.why === "no_room" ? "no_room" : "no_streets") };
    const [from, to] = [now.from, now.to].map(({ latLng }) => latLng);
    for (const latLng of [from, to]) if (!walks.attach(latLng)) return { words: say("no_street") };
    const way = walks.wayBetween(from, to, who.now().id);
    return way ? { way } : { words: sayParts("no_way", { walker: who.label(who.now()) }) };
  };

  // --- what is shown -------------------------------------------------------------------------

  const styles = () => ({ pane: "ways", renderer: routes.renderer(), interactive: false });

  const mark = ({ latLng }, fill) =>
    drawn.addLayer(
      L.circleMarker(latLng, {
        ...styles(),
        radius: 7,
        color: data.theme.ink,
        weight: 3,
        fillColor: fill,
        fillOpacity: 1,
      }),
    );

  const draw = (way) => {
    drawn.clearLayers();
    if (!now.from) return;
    if (now.to) {
      const line = [now.from.latLng, now.to.latLng];
      if (way) {
        drawn.addLayer(L.polyline(way.line, { ...styles(), color: "#ffffff", weight: 8, opacity: 0.95 }));
        drawn.addLayer(L.polyline(way.line, { ...styles(), color: data.theme.accent, weight: 4 }));
      }
      drawn.addLayer(L.polyline(line, { ...styles(), color: "#ffffff", weight: 5, opacity: 0.9 }));
      drawn.addLayer(L.polyline(line, { ...styles(), color: data.theme.ink, weight: 2.5, dashArray: "7 6" }));
      mark(now.to, data.theme.accent);
    }
    mark(now.from, "#ffffff");
  };

  /** The answer in short, on the map: the panel may be out of sight. */
  const label = (line, way) => {
    const foot = way && `${metres(way.length / DM)} · ${figures.minutes(walks.minutesOf(way.cost, who.now().id))}`;
    const content = el(
      "div",
      {},
      say("line", { distance: line }),
      foot ? [el("br"), say("on_foot_short", { foot })] : null,
    );
    drawn.addLayer(
      L.tooltip({ permanent: true, direction: "top", offset: [0, -8], className: "hover", interactive: false })
        .setLatLng(now.to.latLng)
        .setContent(content),
    );
  };

  const answer = () => {
    const line = metres(straight(now.from.latLng, now.to.latLng));
    const { way, words } = onFoot();
    draw(way);
    label(line, way);
    if (!way) return [el("p", {}, el("strong", {}, say("line", { distance: line }))), el("p", {}, words)];
    const minutes = figures.minutes(walks.minutesOf(way.cost, who.now().id));
    const streetsPassed = routes.along(way);
    const slots = { distance: metres(way.length / DM), minutes, walker: who.label(who.now()) };
    return [
      el("p", {}, el("strong", {}, say("line", { distance: line }))),
      el("p", {}, el("strong", {}, sayParts("on_foot", slots))),
      el("p", { class: "note" }, streetsPassed ? sayParts("along", { streets: streetsPassed }) : say("just_here")),
      streets.isExact ? null : el("p", { class: "note" }, HalfFull.say("walks.about")),
    ];
  };

  const show = () => {
    byId("measuring").hidden = !now.isOn;
    byId("measure-button").setAttribute("aria-expanded", String(now.isOn));
    map.getContainer().classList.toggle("is-measuring", now.isOn);
    const ends = [
      [say("from"), now.from],
      [say("to"), now.to],
    ];
    replace(
      byId("measuring-ends"),
      ends.flatMap(([title, end]) => [el("dt", {}, title), el("dd", {}, end ? end.name : say("not_yet"))]),
    );
    byId("measuring-again").hidden = !now.from;
    if (now.from && now.to) replace(byId("measuring-said"), answer());
    else {
      draw(null);
      replace(byId("measuring-said"), now.isOn ? el("p", {}, say(now.from ? "choose_to" : "choose_from")) : null);
    }
  };

  // --- choosing ------------------------------------------------------------------------------

  const point = ([lat, lng]) => say("point", { lat: lat.toFixed(5), lng: lng.toFixed(5) });

  /** Take a point: as the beginning, then as the end, then as the beginning of another. */
  const take = (latLng, name = "") => {
    const end = { latLng, name: name ? named(name) : point(latLng) };
    if (!now.from || now.to) Object.assign(now, { from: end, to: null });
    else now.to = end;
    show();
  };

  const forget = (isOn) => {
    Object.assign(now, { isOn, from: null, to: null });
    show();
  };

  const middle = () => {
    const { lat, lng } = map.getCenter();
    return [lat, lng];
  };

  /** Join the map: `given` closes pop-ups. */
  const join = (joined, given) => {
    [map, host] = [joined, given];
    drawn = L.layerGroup().addTo(map);
    byId("measure-button").addEventListener("click", () => {
      host.closePopup();
      forget(!now.isOn);
      if (now.isOn) byId("measuring-title").focus();
    });
    byId("measuring-middle").addEventListener("click", () => take(middle()));
    byId("measuring-again").addEventListener("click", () => {
      forget(true);
      byId("measuring-title").focus();
    });
    byId("measuring-end").addEventListener("click", () => {
      forget(false);
      byId("measure-button").focus();
    });
  };

  /** Who walks has changed. */
  const showWalker = () => {
    if (now.isOn) show();
  };

  return { join, take, showWalker, isOn: () => now.isOn, straight };
})();
