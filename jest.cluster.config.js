// The tests in `*.cluster.test.ts` files need a real API server, so they run apart from the unit tests, which package.json keeps them out of.
const unit = require('@backstage/cli/config/jest');

module.exports = unit.then(({ projects, ...config }) => ({
  ...config,
  projects: projects.map(project => ({
    ...project,
    testMatch: ['**/*.cluster.test.ts'],
    testPathIgnorePatterns: ['/node_modules/'],
  })),
}));
