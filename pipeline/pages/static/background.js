"use strict";
/*
 * Pictures from the internet under the map, where a council has named who sends them. Nothing is
 * asked for until the reader says so on this page; no link remembers it.
 */

HalfFull.background = (() => {
  const { data, byId, replace } = HalfFull;
  const say = (key) => HalfFull.say(`background.${key}`);
  const chosen = data.background;

  const join = (map) => {
    if (!chosen) return;
    const pane = map.createPane("background");
    pane.style.zIndex = "150";
    pane.style.pointerEvents = "none";
    const tiles = L.tileLayer(chosen.tiles, { pane: "background", maxNativeZoom: chosen.deepest, maxZoom: 22 });
    tiles.on("tileerror", () => replace(byId("background-said"), say("failed")));
    const show = () => {
      const { checked } = byId("show-background");
      map.getContainer().classList.toggle("has-background", checked);
      byId("background-credit").hidden = !checked;
      replace(byId("background-said"));
      if (checked) tiles.addTo(map);
      else tiles.remove();
    };
    byId("background-choice").hidden = false;
    byId("show-background").addEventListener("change", show);
    // A browser may keep a box ticked from the last visit; this one is asked anew each time.
    byId("show-background").checked = false;
  };

  return { join };
})();
