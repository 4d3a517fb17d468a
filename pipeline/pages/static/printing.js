"use strict";
/*
 * On paper: the whole page as it stands, by the browser's own printing, or the map alone on one
 * sheet of A4 across, with its title, legend and credits.
 */

HalfFull.printing = (() => {
  const { byId } = HalfFull;
  // What a map may take of an upright A4 page, in CSS pixels: 178 mm, and room for its legend.
  const PAPER = { width: 672, height: 440 };
  // What one sheet of A4 across has room for between its margins of 10 mm, less a hair, and the gap
  // between the map and the credits under it.
  const SHEET_HEIGHT = 712;
  const GAP = 8;

  let map = null;

  const isSheet = () => document.body.classList.contains("sheet");

  /**
   * Make the map as small as paper asks for, as it stands: a canvas that is drawn anew on the way
   * to the printer comes out opaque, and hides what is below it.
   */
  const fitToPaper = () => {
    if (isSheet()) return;
    const box = byId("map");
    const [width, height] = [box.offsetWidth, box.offsetHeight];
    box.style.width = `${width}px`;
    box.style.height = `${height}px`;
    box.style.zoom = String(Math.min(1, PAPER.width / width, PAPER.height / height));
  };
  const fitToScreen = () => {
    if (isSheet()) return;
    for (const name of ["width", "height", "zoom"]) byId("map").style.removeProperty(name);
  };

  // --- one sheet -----------------------------------------------------------------------------

  const twoFrames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

  /** The map takes what title and credits leave it; a legend too long for the sheet is made smaller. */
  const fitSheet = () => {
    const [box, legend] = [byId("map"), byId("legend")];
    const left = SHEET_HEIGHT - box.getBoundingClientRect().top + document.body.getBoundingClientRect().top;
    box.style.height = `${left - byId("about").offsetHeight - GAP}px`;
    legend.style.zoom = String(Math.min(1, left / legend.offsetHeight));
  };
  const unfitSheet = () => {
    byId("map").style.removeProperty("height");
    byId("legend").style.removeProperty("zoom");
  };

  /** On paper nothing can be opened: what the legend says on being asked is printed. */
  const unfold = () => {
    const asked = byId("legend").querySelector("details");
    if (!asked || asked.open) return;
    asked.open = true;
    window.addEventListener("afterprint", () => (asked.open = false), { once: true });
  };

  /** Lay the sheet out on the screen, with as much on the map as before, and wait until it is drawn. */
  const layOut = async () => {
    const root = document.documentElement;
    const seen = {
      bounds: map.getBounds(),
      middle: map.getCenter(),
      zoom: map.getZoom(),
      looks: root.getAttribute("data-looks"),
    };
    // Paper is light.
    root.setAttribute("data-looks", "light");
    document.body.classList.add("sheet");
    fitSheet();
    map.invalidateSize({ animate: false });
    map.fitBounds(seen.bounds, { animate: false });
    await twoFrames();
    return seen;
  };

  const putBack = ({ middle, zoom, looks }) => {
    if (looks === null) document.documentElement.removeAttribute("data-looks");
    else document.documentElement.setAttribute("data-looks", looks);
    document.body.classList.remove("sheet");
    unfitSheet();
    map.invalidateSize({ animate: false });
    map.setView(middle, zoom, { animate: false });
    byId("print-button").focus();
  };

  const printSheet = async () => {
    map.closePopup();
    unfold();
    const seen = await layOut();
    window.addEventListener("afterprint", () => putBack(seen), { once: true });
    window.print();
  };

  const join = (joined) => {
    map = joined;
    window.addEventListener("beforeprint", fitToPaper);
    window.addEventListener("beforeprint", unfold);
    window.addEventListener("afterprint", fitToScreen);
    byId("print-button").addEventListener("click", printSheet);
  };

  return { join, layOut, putBack };
})();
