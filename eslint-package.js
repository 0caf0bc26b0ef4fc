const factory = require('@backstage/cli/config/eslint-factory');

/** Backstage's rules for the package in this folder, with what this repository does differently. */
module.exports = directory =>
  factory(directory, {
    rules: {
      // Files read from what they export down to its helpers and constants.
      '@typescript-eslint/no-use-before-define': [
        'error',
        { functions: false, classes: false, variables: false, typedefs: false },
      ],
      // TypeBox, openapi-fetch and Express name functions like the types and the HTTP methods that they stand for.
      'new-cap': ['error', { capIsNew: false }],
    },
  });
