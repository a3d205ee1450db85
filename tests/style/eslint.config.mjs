// What eslint looks for; see tools/check_javascript, which reads this.
import js from "@eslint/js";
import globals from "globals";
import { columns } from "./columns.mjs";

export default [
  js.configs.recommended,
  {
    files: ["**/*.mjs", "**/*.js"],
    languageOptions: { ecmaVersion: 2023, sourceType: "module" },
    linterOptions: { noInlineConfig: true },
    plugins: { llmapikey: { rules: { columns } } },
    rules: {
      "llmapikey/columns": "error",
      "array-callback-return": "error",
      eqeqeq: "error",
      "no-self-compare": "error",
      "no-throw-literal": "error",
      "no-unreachable-loop": "error",
      "no-unused-expressions": "error",
      // A field that is taken out of the others is named, and not used.
      "no-unused-vars": ["error", { ignoreRestSiblings: true }],
      "no-useless-return": "error",
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  {
    ignores: ["web/**"],
    languageOptions: { globals: globals.nodeBuiltin },
  },
  {
    // What is handed to playwright's evaluate() runs in a page.
    files: ["tests/e2e/**"],
    languageOptions: {
      globals: {
        document: "readonly",
        getComputedStyle: "readonly",
        getSelection: "readonly",
        HTMLFormElement: "readonly",
        innerWidth: "readonly",
        requestAnimationFrame: "readonly",
        window: "readonly",
      },
    },
  },
  {
    // Control characters are what these look for.
    files: ["tests/attack/**"],
    rules: { "no-control-regex": "off" },
  },
  {
    // Browsers load it as a classic script.
    files: ["web/assets/*.js"],
    languageOptions: { sourceType: "script", globals: globals.browser },
  },
];
