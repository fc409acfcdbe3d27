import { relative, sep } from 'node:path';
import tseslint from 'typescript-eslint';
import { importProblem, importTarget } from './test/architecture/import-rules.ts';

/** The import rules of the folders, told while one types; the list and its whys are in test/architecture/import-rules.ts. */
const folders = {
  meta: { type: 'problem', schema: [], messages: { wall: '{{problem}}.' } },
  create(context) {
    const file = relative(import.meta.dirname, context.filename)
      .split(sep)
      .join('/');
    const check = (node, source, typeOnly) => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
      const problem = importProblem(file, importTarget(file, source.value), typeOnly);
      if (problem !== null) context.report({ node, messageId: 'wall', data: { problem } });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source, node.importKind === 'type'),
      ExportNamedDeclaration: (node) => check(node, node.source, node.exportKind === 'type'),
      ExportAllDeclaration: (node) => check(node, node.source, node.exportKind === 'type'),
      ImportExpression: (node) => check(node, node.source, false),
      TSImportType: (node) => check(node, node.source, true),
    };
  },
};

export default tseslint.config(
  {
    ignores: ['dist/', 'node_modules/', '.tablelore/', '.cache/', 'fixtures/*/', 'test/fixtures/'],
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { tablelore: { rules: { folders } } },
    rules: {
      'tablelore/folders': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-async-promise-executor': 'error',
      'no-cond-assign': 'error',
      'no-console': 'error',
      'no-constant-binary-expression': 'error',
      'no-dupe-else-if': 'error',
      'no-empty': 'error',
      'no-irregular-whitespace': 'error',
      'no-misleading-character-class': 'error',
      'no-self-compare': 'error',
      'no-unsafe-finally': 'error',
      'no-unsafe-optional-chaining': 'error',
      'no-useless-backreference': 'error',
      'no-useless-escape': 'error',
      'require-yield': 'error',
      'use-isnan': 'error',
      // `typeof import('…')` types a package that is loaded late.
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['test', 'default', 'it', 'describe', 'suite'] },
          ],
        },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, allowDefaultCaseForExhaustiveSwitch: true },
      ],
      '@typescript-eslint/use-unknown-in-catch-callback-variable': 'error',
      // How a Jinja macro's `return` leaves its blocks.
      '@typescript-eslint/only-throw-error': ['error', { allow: [{ from: 'file', name: 'ReturnSignal' }] }],
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
      // A walk up a chain begins with `this`.
      '@typescript-eslint/no-this-alias': 'off',
      // Async without await makes a throw a rejection, which is what callers expect.
      '@typescript-eslint/require-await': 'off',
      // Our objects are closures, not classes: their functions do not read `this`.
      '@typescript-eslint/unbound-method': 'off',
      // Syntax trees are compared with their names in text.
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
    },
  },
  {
    // What a person sees in a terminal.
    files: ['cli/**', 'worker.ts', 'bench/**', 'test/**', 'fixtures/*.ts'],
    rules: { 'no-console': 'off' },
  },
);
