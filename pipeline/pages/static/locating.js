"use strict";
/*
 * Where the reader is, if their browser tells. It is asked once for each press of the button, and
 * what it says stays in the page: no link and no address holds it.
 */

HalfFull.locating = (() => {
  const { data, byId, replace } = HalfFull;
  const { routes } = HalfFull;
  const say = (key, slots) => HalfFull.say(`locating.${key}`, slots);
  const PATIENCE_MS = 20000;
  // A browser may say where it was a minute ago.
  const OLDEST_MS = 60000;
  const CLOSE = 16;

  let map = null;
  let host = null;
  let drawn = null;

  const tell = (...keys) => replace(byId("locate-said"), keys.join(" "));

  const mark = (latLng, accuracy) => {
    drawn.clearLayers();
    const style = { pane: "outlines", interactive: false, color: data.theme.ink };
    drawn.addLayer(
      L.circle(latLng, { ...style, radius: accuracy, weight: 1.5, fillColor: data.theme.accent, fillOpacity: 0.12 }),
    );
    drawn.addLayer(L.circleMarker(latLng, { ...style, radius: 7, weight: 3, fillColor: "#ffffff", fillOpacity: 1 }));
  };

  const onFound = ({ coords: { latitude, longitude, accuracy } }) => {
    const latLng = [latitude, longitude];
    if (!host.bounds().pad(0.2).contains(latLng)) return tell(say("elsewhere"), say("stays"));
    mark(latLng, accuracy);
    host.seeMap();
    map.setView(latLng, Math.max(map.getZoom(), CLOSE), { animate: false });
    if (routes.canWalk) routes.start(latLng, { isSecret: true, from: byId("locate-button") });
    return tell(say("found", { metres: Math.max(1, Math.round(accuracy)) }), say("stays"));
  };

  /** Codes as the standard has them: 1 not allowed, 2 not known, 3 not in time. */
  const onFailed = ({ code }) => tell(code === 1 ? say("refused") : say("unknown"), say("instead"));

  const ask = () => {
    if (!navigator.geolocation) return tell(say("refused"), say("instead"));
    tell(say("asking"));
    return navigator.geolocation.getCurrentPosition(onFound, onFailed, {
      enableHighAccuracy: true,
      timeout: PATIENCE_MS,
      maximumAge: OLDEST_MS,
    });
  };

  /** Join the map: `given` knows the bounds of the district and brings the map into sight. */
  const join = (joined, given) => {
    [map, host] = [joined, given];
    drawn = L.layerGroup().addTo(map);
    byId("locate-button").addEventListener("click", ask);
  };

  return { join };
})();
