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
  const unbroken = (text) => text.replace(/(\d) (?=(?:%|min|mun|m|km|ha)(?!\p{L}))/gu, "$1\u00a0");

  const append = (element, children) => {
    for (const child of children.flat(Infinity)) {
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
  const named = (text, language = "") => el("bdi", { lang: language || null }, text);

  const replace = (element, ...children) => {
    element.replaceChildren();
    return append(element, children);
  };

  const byId = (id) => document.getElementById(id);

  // --- words ---------------------------------------------------------------------------------

  const { tag, source } = data.language;
  /** The language of what no translation has been made of, where it is not the page's. */
  const theirs = source === tag ? "" : source;
  const whole = new Intl.NumberFormat(tag, { maximumFractionDigits: 0 });
  const exact = new Intl.NumberFormat(tag, { maximumFractionDigits: 2 });
  const plurals = new Intl.PluralRules(tag);
  const collator = new Intl.Collator(tag, { numeric: true });

  const number = (value) => whole.format(value);
  const decimal = (value, places) =>
    value.toLocaleString(tag, { minimumFractionDigits: places, maximumFractionDigits: places });
  const capital = (text) => text.charAt(0).toLocaleUpperCase(tag) + text.slice(1);
  const compareTexts = (a, b) => collator.compare(a, b);

  /** What stands in a slot: elements as they are, numbers as the language writes them. */
  const inSlot = (value) => (typeof value === "number" ? exact.format(value) : value);

  /** The sentence of a key; of a plural, the form that its count `n` asks for. */
  const sentenceOf = (key, slots) => {
    const forms = data.words[key];
    if (forms === undefined) throw new Error(`There are no words for ${key}.`);
    if (typeof forms === "string") return forms;
    return forms[plurals.select(Number(slots.n))] ?? forms.other;
  };

  /** A sentence in parts, so that a slot may hold an element. */
  const fillParts = (sentence, slots) =>
    sentence.split(/\{(\w+)\}/).map((part, place) => (place % 2 ? inSlot(slots[part] ?? `{${part}}`) : part));
  const sayParts = (key, slots = {}) => fillParts(sentenceOf(key, slots), slots);

  /** A sentence as text. */
  const fill = (sentence, slots = {}) => fillParts(sentence, slots).join("");
  const say = (key, slots = {}) => fill(sentenceOf(key, slots), slots);

  return {
    data,
    el,
    svg,
    named,
    replace,
    byId,
    fill,
    say,
    sayParts,
    number,
    decimal,
    capital,
    compareTexts,
    theirs,
  };
})();
