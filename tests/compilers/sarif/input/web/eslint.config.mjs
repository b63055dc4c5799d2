export default [
  {
    files: ["**/*.js"],
    rules: {
      "no-unused-vars": "error",
      "no-debugger": "warn",
      "no-cond-assign": "error",
      "no-constant-condition": "warn",
      "no-eval": "error",
      "no-var": "warn",
      "prefer-const": "error",
      eqeqeq: "warn",
      semi: ["error", "always"],
      "no-mixed-spaces-and-tabs": "off",
    },
  },
];
