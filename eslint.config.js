import tseslint from 'typescript-eslint';

const clocks = ['Date', 'performance', 'setTimeout', 'setInterval', 'setImmediate'].map((name) => ({
  name,
  message: 'Time is an argument: take a Clock.',
}));

export default tseslint.config(
  { ignores: ['dist/', 'examples/functions/dist/', 'node_modules/', 'runs/', 'coverage/', '.dependency-cruiser.cjs'] },
  {
    files: ['src/**/*.ts'],
    extends: tseslint.configs.strictTypeChecked,
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // An assertion says which type is meant; `!` does not.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // Rows of tables have methods that are taken off them.
      '@typescript-eslint/no-invalid-void-type': [
        'error',
        { allowAsThisParameter: true, allowInGenericTypeArguments: true },
      ],
      // Taking a field off is how the rest is named.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      'no-restricted-globals': ['error', ...clocks],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Randomness is an argument: take a seed.' },
        { object: 'process', property: 'env', message: 'The environment is an argument.' },
        { object: 'process', property: 'hrtime', message: 'Time is an argument: take a Clock.' },
      ],
    },
  },
  {
    // A deployed function is an edge all over: it is its own process, and times it.
    files: ['examples/functions/src/**/*.ts'],
    extends: tseslint.configs.strictTypeChecked,
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: { '@typescript-eslint/non-nullable-type-assertion-style': 'off' },
  },
  {
    // A test whose promise floats cannot fail.
    files: ['test/**/*.ts'],
    extends: tseslint.configs.strict,
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      // Taking a field off is how the rest is named.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
    },
  },
  {
    // What runs in a browser and not in Node.
    files: ['src/report/html/page/*.ts'],
    languageOptions: { parserOptions: { projectService: false, project: './tsconfig.page.json' } },
  },
  {
    // What is written row by row is an object of which only the names matter: the compiler checks that none is missing.
    files: ['src/loop/recorder.ts'],
    rules: { '@typescript-eslint/no-meaningless-void-operator': 'off' },
  },
  {
    // The edges: the clocks themselves, the threads that hold them, and what touches the world.
    files: [
      'src/calibrate/calibrate.ts',
      'src/time/**',
      'src/threads/**',
      'src/conclude/collect-cloud.ts',
      'src/replay/{pacing-in-use,start-run,stopper}.ts',
      'src/text/iso-date.ts',
      'src/backends/{aws,google,grpc,http,lambda,onnx,sagemaker,shared,tensors,wire}/**',
      'src/backends/registry/run-hook.ts',
      'src/check/reach-address.ts',
      'src/cloud/**',
      'src/commands/**',
      'src/library/run.ts',
      'src/serve/serve.ts',
    ],
    rules: {
      'no-restricted-globals': 'off',
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Randomness is an argument: take a seed.' },
      ],
    },
  },
);
