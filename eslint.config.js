import tseslint from 'typescript-eslint';

const clocks = ['Date', 'performance', 'setTimeout', 'setInterval', 'setImmediate'].map((name) => ({
  name,
  message: 'Time is an argument: take a Clock.',
}));

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'runs/', 'coverage/', '.dependency-cruiser.cjs'] },
  {
    files: ['src/**/*.ts'],
    extends: tseslint.configs.strictTypeChecked,
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // An assertion says which type is meant; `!` does not.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      'no-restricted-globals': ['error', ...clocks],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Randomness is an argument: take a seed.' },
      ],
    },
  },
  {
    // What runs in a browser and not in Node.
    files: ['src/report/html/page/*.ts'],
    languageOptions: { parserOptions: { projectService: false, project: './tsconfig.page.json' } },
  },
  {
    // The edges: the clocks themselves, the threads that hold them, and what touches the world.
    files: [
      'src/calibrate/calibrate.ts',
      'src/replay/{alarm,fleet,replay,system-clock,thread-usage,virtual-clock,worker}.ts',
      'src/backends/{onnx,shared}/**',
      'src/check/reach-address.ts',
      'src/commands/**',
      'src/serve/serve.ts',
    ],
    rules: { 'no-restricted-globals': 'off' },
  },
);
