import tseslint from 'typescript-eslint';

/** A rule that keeps a folder from importing others; `message` says why. */
function forbid(files, patterns, message, ignores = []) {
  return {
    files,
    ignores: ['**/*.spec.ts', '**/test-support/**', ...ignores],
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ regex: patterns, message }] }],
    },
  };
}

const plugin = 'packages/nx-cargo-test/src';

export default tseslint.config(
  { ignores: ['**/dist/**', '**/target/**', '**/node_modules/**', '.nx/**', '.tmp/**'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['packages/*/tsconfig.lint.json', 'e2e/*/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Objects here are records of closures, which have no `this`.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    // Jest's asymmetric matchers are typed as any.
    files: ['**/*.spec.ts', '**/test-support/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  forbid(
    ['packages/object-graph/src/**/*.ts'],
    '^(?!\\.{1,2}/|node:crypto$)',
    'object-graph turns bytes into fingerprints and knows neither Nx nor the file system.',
  ),
  forbid(
    [`${plugin}/plugin/**/*.ts`],
    '/(?:run|report)/|/fingerprint-binary$|^@nx-cargo-test/object-graph',
    'Inference runs for every Nx command: it neither compiles nor runs anything.',
  ),
  forbid(
    [`${plugin}/report/**/*.ts`],
    '\\.\\./(?!run/(?:run-event|behaviour)|errors|replace-file|fingerprint/fingerprint-file|module/|build/paths)',
    'A report sees run events and nothing else of a run.',
  ),
  forbid(
    [`${plugin}/{module,plan}/**/*.ts`],
    '^(?:execa|@nx/|nx$|nx/)|/(?:executors|process)/',
    'Modules and plans are pure: bytes or records in, values out.',
  ),
  forbid(
    [`${plugin}/generators/**/*.ts`],
    '^(?:execa|node:(?:fs|child_process)(?:/.*)?)$|\\.\\./(?:build|executors|ledger|process|run)/',
    'A generator changes its tree and nothing else, so that --dry-run is true.',
  ),
  forbid(
    [`${plugin}/**/*.ts`],
    '^execa$',
    'process/spawn.ts is the one place that starts programs through execa.',
    [`${plugin}/process/spawn.ts`, `${plugin}/{plugin,report,module,plan,generators}/**`],
  ),
);
