import js from "@eslint/js";
import globals from "globals";

// One script a concern, joined by the one name that they all share; no build step, no module.
export default [
  js.configs.recommended,
  {
    files: ["**/*.js"],
    languageOptions: {
      ecmaVersion: 2022,
      sourceType: "script",
      globals: { ...globals.browser, HalfFull: "readonly", L: "readonly", halfFullMap: "readonly" },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "no-restricted-properties": [
        "error",
        ...["innerHTML", "outerHTML", "insertAdjacentHTML", "write", "writeln"].map((property) => ({
          property,
          message: "Text from data must never become markup; build elements with `el`.",
        })),
      ],
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-var": "error",
      "prefer-const": "error",
      eqeqeq: "error",
      "no-shadow": "error",
      "no-use-before-define": "off",
      strict: ["error", "global"],
    },
  },
  {
    // What every other script of a page, and its frame, begin with.
    files: ["**/page.js"],
    rules: {
      "no-redeclare": "off",
      "no-unused-vars": ["error", { varsIgnorePattern: "^(HalfFull|halfFullMotion)$" }],
    },
  },
];
