"use strict";
/*
 * Light or dark: as the device, or as chosen. The choice is remembered where the browser allows
 * it; a page opened from a memory stick may not, and works all the same.
 */

(() => {
  const LOOKS = ["auto", "light", "dark"];
  const KEY = "half-full-looks";
  const root = document.documentElement;
  const box = document.getElementById("looks");

  const remembered = () => {
    try {
      return window.localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };
  const remember = (looks) => {
    try {
      window.localStorage.setItem(KEY, looks);
    } catch {
      // Then it holds for this page alone.
    }
  };
  const use = (looks) => {
    if (looks === "auto") root.removeAttribute("data-looks");
    else root.setAttribute("data-looks", looks);
    root.dispatchEvent(new Event("looks"));
  };

  const found = remembered();
  const looks = LOOKS.includes(found) ? found : "auto";
  use(looks);
  if (!box) return;
  box.value = looks;
  box.closest("[hidden]")?.removeAttribute("hidden");
  box.addEventListener("change", () => {
    use(box.value);
    remember(box.value);
  });
})();
