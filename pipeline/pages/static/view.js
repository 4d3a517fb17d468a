"use strict";
/*
 * The view as a link. What is chosen stands behind the # of the address, so that it can be sent
 * and opened again. Whoever writes a link writes it freely: each part is held against what the page
 * knows, and what it does not know changes nothing and is not shown.
 *
 *   c category   m measure   w walker   s 0: its places are hidden   l other categories shown
 *   u 1: unused land   d 1: what stands beside access is laid over   t 1: both in one view
 *   p neighbourhood   a asset   from where a walk starts
 *   o which of the three has its pop-up open   at the middle of the map   z how close it is
 */

HalfFull.view = (() => {
  const { data, byId, replace } = HalfFull;
  const { figures, routes } = HalfFull;
  const say = (key) => HalfFull.say(`view.${key}`);
  const WAIT_MS = 200;
  const LONGEST = 2000;
  const PLACES = 5;
  // A map may be moved this many times its own size away from the district, and no further.
  const AROUND = 1;
  const KEYS = ["w", "c", "m", "s", "l", "u", "d", "t", "p", "a", "from", "o", "at", "z"];

  let map = null;
  let host = null;
  let written = "";
  // The view that the page opens with, and whether what changes is only what an address says.
  let first = "";
  let firstMeasure = "";
  let isFollowing = false;
  let timer = 0;

  // --- what a part of a link may be ----------------------------------------------------------

  const known = (values) => {
    const all = new Set(values);
    return (text) => (all.has(text) ? text : null);
  };
  const numbered = (values) => {
    const all = new Map(values.map((value, n) => [value, n]));
    return (text) => all.get(text) ?? null;
  };

  /** Undo the coding of the ids of assets: how much of the one before is kept, and what follows. */
  const assetIds = () => {
    let last = "";
    const { ids } = data.places;
    return Array.from({ length: ids.length / 2 }, (_, n) => {
      last = last.slice(0, ids[2 * n]) + ids[2 * n + 1];
      return last;
    });
  };
  let ids = null;
  const idOf = (n) => (ids ??= assetIds())[n];

  const NUMBER = /^-?\d{1,3}(?:\.\d{1,6})?$/;
  const point = (text) => {
    const parts = text.split(",");
    if (parts.length !== 2 || !parts.every((part) => NUMBER.test(part))) return null;
    const at = parts.map(Number);
    return host.bounds().pad(AROUND).contains(at) ? at : null;
  };
  const zoom = (text) => {
    const value = NUMBER.test(text) ? Number(text) : NaN;
    return value >= map.getMinZoom() && value <= map.getMaxZoom() ? value : null;
  };
  const several = (text) => {
    const test = known(data.categories.map(({ id }) => id));
    const parts = text.split(",");
    return parts.every((part) => test(part) !== null) ? new Set(parts) : null;
  };

  /** For each key what turns its text into a value, or into null. */
  const readers = () => ({
    c: known(data.categories.map(({ id }) => id)),
    m: (text) => (known(data.measures.map(({ name }) => name))(text) === null || !isCountedFor(text) ? null : text),
    s: known(["0"]),
    l: several,
    d: known(byId("beside-choice")?.hidden === false ? ["1"] : []),
    t: known(byId("beside-choice")?.hidden === false ? ["1"] : []),
    u: known(byId("unused-choice").hidden ? [] : ["1"]),
    w: known(figures.walkers.keys()),
    p: numbered(data.neighbourhoods.map(({ id }) => id)),
    a: (text) => numbered((ids ??= assetIds()))(text),
    from: routes.canWalk ? point : () => null,
    o: known(["p", "a", "from", "none"]),
    at: point,
    z: zoom,
  });

  /** Whether a measure is counted for the walker of a link, or for the one who walks now. */
  let asked = null;
  const isCountedFor = (measure) => {
    const walker = figures.walkers.get(asked ?? byId("walker").value);
    return figures.isCountedFor(figures.hasFigures(walker) ? walker : figures.first, measure);
  };

  /** The parts of a link that the page knows; `isWhole` unless there was one that it does not. */
  const read = (hash) => {
    const parts = {};
    let isWhole = true;
    if (hash.length > LONGEST) return { parts, isWhole };
    const given = new URLSearchParams(hash.replace(/^#/, ""));
    const test = readers();
    asked = test.w(given.get("w") ?? "");
    for (const key of KEYS) {
      if (!given.has(key)) continue;
      const value = test[key](given.get(key));
      if (value === null) isWhole = false;
      else parts[key] = value;
    }
    return { parts, isWhole };
  };

  // --- writing -------------------------------------------------------------------------------

  const pair = (latLng) => {
    const { lat, lng } = L.latLng(latLng);
    return `${lat.toFixed(PLACES)},${lng.toFixed(PLACES)}`;
  };

  /** The view as it stands now. */
  const text = () => {
    const { place, asset, also, open } = host.now();
    const from = routes.canWalk ? routes.point() : null;
    const isWalker = byId("walker").selectedIndex > 0;
    const parts = {
      c: byId("category").value,
      m: byId("measure").value,
      s: byId("show-places").checked ? null : "0",
      l: [...also].join(",") || null,
      u: byId("show-unused").checked ? "1" : null,
      d: byId("show-beside")?.checked ? "1" : null,
      t: byId("show-two-way")?.checked ? "1" : null,
      w: isWalker ? byId("walker").value : null,
      p: place === figures.whole ? null : data.neighbourhoods[place].id,
      a: asset === null ? null : idOf(asset),
      from: from && pair(from),
      o: open ?? (place === figures.whole && !from ? null : "none"),
      at: pair(map.getCenter()),
      z: String(map.getZoom()),
    };
    const given = Object.entries(parts).filter(([, value]) => value !== null);
    // Commas may stand in an address as they are, and are easier to read.
    return `#${new URLSearchParams(given).toString().replaceAll("%2C", ",")}`;
  };

  /** What has been chosen, without where the map stands and which pop-up is open: each choice is a step that leads back. */
  const choices = (hash) => hash.replace(/(?:^#|&)(?:at|z|o|a)=[^&]*/g, "");

  const write = () => {
    window.clearTimeout(timer);
    const hash = text();
    if (hash === written) return;
    const isStep = choices(hash) !== choices(written) && !isFollowing;
    isFollowing = false;
    written = hash;
    try {
      if (isStep) window.history.pushState(null, "", hash);
      else window.history.replaceState(null, "", hash);
    } catch {
      // A browser that is asked too often, or for a file, may refuse; the button gives the link all the same.
    }
  };
  const soon = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(write, WAIT_MS);
  };

  // --- showing -------------------------------------------------------------------------------

  const set = (id, value) => {
    if (value === undefined || byId(id).value === value) return;
    byId(id).value = value;
    byId(id).dispatchEvent(new Event("change", { bubbles: true }));
  };
  const check = (id, isOn) => {
    if (byId(id) && byId(id).checked !== isOn && !byId(id).disabled) byId(id).click();
  };

  /** Where a link says nothing, a whole view is bare, and a short link leaves things as they are. */
  const show = ({ c, m, s, l, u, d, t, w, p, a, from, o, at, z }) => {
    const isView = at !== undefined && z !== undefined;
    set("walker", w ?? (isView ? byId("walker").options[0].value : undefined));
    set("category", c);
    set("measure", m);
    if (isView || s) check("show-places", !s);
    if (isView || u) check("show-unused", Boolean(u));
    if (isView || d) check("show-beside", Boolean(d));
    if (isView || t) check("show-two-way", Boolean(t));
    if (isView || l) for (const { id } of data.categories) check(`layer-${id}`, Boolean(l?.has(id)));
    host.closePopup();
    if (at || z !== undefined) map.setView(at ?? map.getCenter(), z ?? map.getZoom(), { animate: false });
    const last = o ?? (a !== undefined ? "a" : from ? "from" : "p");
    if (from) routes.start(from, { isOpen: last === "from" });
    else if (isView && routes.canWalk && routes.isWalking()) routes.forget();
    if (p !== undefined) host.choosePlace(p, { isOpen: last === "p", isMoving: !isView });
    else if (isView) host.choosePlace(figures.whole, {});
    if (a !== undefined) host.openPlace(a, { isMoving: !isView });
    // What a link has chosen is not hidden.
    if (s || l || u || d || t || byId("walker").selectedIndex > 0 || (m && m !== firstMeasure))
      byId("other-choices").open = true;
  };

  /** Show what the address says; the one without a view, to which steps lead back, says the first. */
  const follow = () => {
    const { parts, isWhole } = read(window.location.hash || first);
    replace(byId("view-note"), isWhole ? null : say("part_unknown"));
    byId("view-note").hidden = isWhole;
    if (!Object.keys(parts).length) return;
    isFollowing = true;
    show(parts);
    soon();
  };

  // --- the link ------------------------------------------------------------------------------

  const address = () => `${window.location.href.split("#")[0]}${text()}`;

  const tell = (key) => {
    const isLocal = window.location.protocol === "file:";
    replace(byId("share-said"), say(key), isLocal ? ` ${say("only_here")}` : null);
  };

  /** To the clipboard where the browser allows it; else into a field, selected. */
  const share = async () => {
    write();
    const link = address();
    byId("share-link").value = link;
    try {
      await navigator.clipboard.writeText(link);
      byId("share-field").hidden = true;
      tell("copied");
    } catch {
      byId("share-field").hidden = false;
      byId("share-link").focus();
      byId("share-link").select();
      tell("copy_yourself");
    }
  };

  /** Join the map: `given` says what is chosen there, and chooses. */
  const join = (joined, given) => {
    [map, host] = [joined, given];
    byId("share").hidden = false;
    byId("share-button").addEventListener("click", share);
    first = text();
    firstMeasure = byId("measure").value;
    follow();
    written = text();
    isFollowing = false;
    window.addEventListener("hashchange", follow);
    for (const event of ["change", "click", "keyup"]) document.addEventListener(event, soon);
    map.on("moveend popupopen popupclose", soon);
  };

  return { join };
})();
