export default {
  rules: {
    "color-hex-length": ["short", { severity: "warning" }],
    "length-zero-no-unit": true,
    "no-duplicate-selectors": true,
    "property-no-unknown": true,
    "selector-pseudo-element-no-unknown": true,
    "at-rule-no-unknown": [true, { severity: "warning" }],
    "shorthand-property-no-redundant-values": true,
  },
};
