"use strict";
/*
 * Shared by every page: the data, and how elements are made from it.
 *
 * Text from data only ever becomes a text node. No markup is parsed here or in any other script,
 * and no address of a link is taken from data but for the one of a district's own folder. Websites
 * of places stay text, too: anyone can write them into the map data, and a link on this page would
 * lend its good name to wherever they lead.
 */

/** A page that fails says so, and says where the figures are. */
window.addEventListener("error", () => document.getElementById("failed")?.removeAttribute("hidden"));

/** Motion that readers have asked not to see is left out. */
const halfFullMotion = () => {
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  return { zoomAnimation: !calm, fadeAnimation: !calm, markerZoomAnimation: !calm, inertia: !calm };
};

const HalfFull = (() => {
  const data = JSON.parse(document.getElementById("data").textContent);

  /** A number and its unit stay on one line. */
  const unbroken = (text) => text.replace(/(\d) (?=%|min\b)/g, "$1\u00a0");

  const append = (element, children) => {
    for (const child of children.flat()) {
      if (child === null || child === undefined) continue;
      element.append(child instanceof Node ? child : document.createTextNode(unbroken(String(child))));
    }
    return element;
  };

  /** Make an element; a plain string among its children becomes text. */
  const el = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === true) element.setAttribute(name, "");
      else if (value !== false && value !== null) element.setAttribute(name, String(value));
    }
    return append(element, children);
  };

  const svg = (tag, attributes = {}, ...children) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
    return append(element, children);
  };

  /** A name from data, kept apart so that its direction cannot disturb what stands around it. */
  const named = (text) => el("bdi", {}, text);

  const replace = (element, ...children) => {
    element.replaceChildren();
    return append(element, children);
  };

  const byId = (id) => document.getElementById(id);

  /** Fill the `{slots}` of a sentence with text. */
  const fill = (sentence, values = {}) =>
    sentence.replace(/\{(\w+)\}/g, (slot, name) => (name in values ? String(values[name]) : slot));

  const number = (value) => Math.round(value).toLocaleString("en-GB");
  const capital = (text) => text.charAt(0).toLocaleUpperCase("en-GB") + text.slice(1);

  const useTheme = () => {
    for (const name of ["ink", "paper", "accent", "water", "green", "street", "outline"]) {
      document.documentElement.style.setProperty(`--${name}`, data.theme[name]);
    }
    document.documentElement.style.setProperty("--no-data", data.theme.no_data);
    data.theme.access_classes.forEach((colour, place) => {
      document.documentElement.style.setProperty(`--class-${place}`, colour);
    });
  };

  useTheme();
  return { data, el, svg, named, replace, byId, fill, number, capital };
})();
