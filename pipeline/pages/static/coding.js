"use strict";
/* Whole numbers from text: five bits to a character, the lowest first, then a sign. */

HalfFull.coding = (() => {
  const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const DIGITS = new Uint8Array(128);
  [...ALPHABET].forEach((character, digit) => {
    DIGITS[character.charCodeAt(0)] = digit;
  });

  /** Undo the coding. */
  const numbers = (text) => {
    const found = new Int32Array(text.length);
    let n = 0;
    let value = 0;
    let shift = 0;
    for (let at = 0; at < text.length; at += 1) {
      const digit = DIGITS[text.charCodeAt(at)];
      value |= (digit & 31) << shift;
      if (digit & 32) {
        shift += 5;
        continue;
      }
      found[n] = value & 1 ? -((value + 1) >>> 1) : value >>> 1;
      n += 1;
      value = 0;
      shift = 0;
    }
    return found.subarray(0, n);
  };

  /** Each number is the difference to the one before. */
  const summed = (text) => {
    const values = numbers(text);
    for (let n = 1; n < values.length; n += 1) values[n] += values[n - 1];
    return values;
  };

  /** Numbers that are nothing but 0 are written as nothing. */
  const added = (text, values) => {
    if (!text) return values;
    const more = numbers(text);
    return values.map((value, n) => value + more[n]);
  };

  const flags = (text, n) => {
    const found = new Uint8Array(n);
    for (const at of summed(text)) found[at] = 1;
    return found;
  };

  /** Lines of points, each beginning where the one before ended: as `made(x, y)` makes each point. */
  const lines = ({ n, x, y }, made) => {
    const [xs, ys] = [summed(x), summed(y)];
    let at = 0;
    return Array.from(numbers(n), (size) => {
      const line = Array.from({ length: size }, (_, k) => made(xs[at + k], ys[at + k]));
      at += size;
      return line;
    });
  };

  return { numbers, summed, added, flags, lines };
})();
