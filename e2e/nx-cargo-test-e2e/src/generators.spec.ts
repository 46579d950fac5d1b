import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installPacked } from './packed-plugin';
import { moduleOf } from './rust-module';
import { ScratchWorkspace } from './scratch-workspace';

// `nx add` from a registry is an opt-in check, see tools/e2e-add.mjs. Here is what it does after
// the installation, with the files that npm would publish.
describe('the packed plugin in a workspace of TypeScript apps with a crate beside them', () => {
  let workspace: ScratchWorkspace;
  let web: unknown;

  // As prettier has it with the workspace's settings, and with a comment.
  const nxJson = [
    '{',
    "    // this workspace's own",
    '    "analytics": false,',
    '    "targetDefaults": { "test": { "dependsOn": ["^build"], "inputs": ["default"] } }',
    '}',
    '',
  ].join('\n');

  beforeAll(() => {
    workspace = ScratchWorkspace.empty();
    installPacked(workspace.folder);
    workspace.write('nx.json', nxJson);
    workspace.write('.gitignore', 'node_modules\n.nx\n');
    workspace.write('.prettierrc', '{ "tabWidth": 4, "printWidth": 100 }\n');
    workspace.write(
      'package.json',
      '{ "name": "shop", "private": true, "devDependencies": { "prettier": "3" } }\n',
    );
    const options = { strict: true, noEmit: true, types: [] };
    workspace.write('apps/web/tsconfig.json', JSON.stringify({ compilerOptions: options }));
    workspace.write('apps/web/main.ts', 'export const total: number = 1;\n');
    const targets = {
      typecheck: { command: 'tsc -p apps/web', cache: true },
      test: { command: 'node -e "console.log(`web tested`)"', cache: true },
    };
    workspace.write('apps/web/project.json', JSON.stringify({ name: 'web', targets }));
    workspace.writeCrate('parser', {
      files: { 'src/lib.rs': moduleOf('words', '') + moduleOf('lines', '') },
    });
    workspace.write('Makefile', 'test-words: build\n\tcargo test words\n\nbuild:\n\tcargo build\n');
    workspace.commit('a workspace without the plugin');
    web = project('web');
  });

  afterAll(() => workspace.remove());

  function project(name: string): unknown {
    const { output } = workspace.nxOk(['show', 'project', name, '--json']);
    return JSON.parse(output.slice(output.indexOf('{')));
  }

  const changed = (): string => workspace.git('status', '--porcelain');

  it('init --dry-run says what it would change, and changes nothing', () => {
    const { output } = workspace.nxOk(['g', 'nx-cargo-test:init', '--dry-run']);
    expect(output).toContain('UPDATE nx.json');
    expect(output).toContain('UPDATE .gitignore');
    expect(changed()).toBe('');
  });

  it('init names the plugin, mends targetDefaults and says what the Makefile is for', () => {
    const { output } = workspace.nxOk(['g', 'nx-cargo-test:init', '--mendTargetDefaults']);
    expect(output).toContain('make test-words  nx run parser:test-words');
    const added = nxJson
      .replace('["default"] } }', '["default"] }, "nx-cargo-test:group": {} },')
      .replace('\n}', '\n    "plugins": ["nx-cargo-test"]\n}');
    // Formatted before, and so afterwards.
    expect(workspace.read('nx.json').replaceAll(/\s+/g, ' ')).toBe(added.replaceAll(/\s+/g, ' '));
    expect(workspace.read('nx.json')).toMatch(/^ {4}"plugins": \["nx-cargo-test"\]$/m);
    expect(workspace.read('.gitignore')).toBe('node_modules\n.nx\ntarget/\n');
    workspace.commit('the plugin');
    workspace.nxOk(['g', 'nx-cargo-test:init', '--mendTargetDefaults']);
    expect(changed()).toBe('');
  });

  it('a module runs, and is answered from the cache next time', () => {
    const run = workspace.nxOk(['run', 'parser:test-words']);
    expect(run.executed).toEqual(['parser/words::holds']);
    const again = workspace.nxOk(['run', 'parser:test-words']);
    expect(again.executed).toEqual([]);
    expect(again.output).toContain('Cache:             2/2 hit (100%)');
    expect(workspace.nxOk(['run', 'parser:test']).executed).toEqual(['parser/lines::holds']);
  });

  it('targets of the TypeScript app are what they were', () => {
    expect(project('web')).toEqual(web);
    expect(workspace.nxOk(['run', 'web:test']).output).toContain('web tested');
    workspace.nxOk(['run', 'web:typecheck']);
  });

  it('module-batch defines a set whose members exist', () => {
    const define = ['g', 'nx-cargo-test:module-batch', 'quick', '--no-interactive'];
    const wrong = workspace.nx([...define, '--members=words,lnes']);
    expect(wrong.status).toBe(1);
    expect(wrong.output).toContain('test-lnes; did you mean lines?');
    expect(changed()).toBe('');
    workspace.nxOk([...define, '--members=words,lines']);
    expect(workspace.nxOk(['run', 'parser:test-quick']).output).toContain('quick: 2 ');
    workspace.commit('a set');
  });

  it('lima and ci-workflow write files as the formatter has them', () => {
    workspace.nxOk(['g', 'nx-cargo-test:lima', '--instance=rust', '--no-interactive']);
    workspace.nxOk(['g', 'nx-cargo-test:ci-workflow', '--no-interactive']);
    expect(workspace.read('nx.json')).toContain('"limaInstance": "rust"');
    expect(changed()).toBe(' M nx.json\n?? .github/\n?? lima.yaml\n');
    workspace.commit('files of generators');
    const files = ['nx.json', 'lima.yaml', '.github/workflows/rust-tests.yml'];
    for (const file of files) expect(existsSync(join(workspace.folder, file))).toBe(true);
    workspace.nxOk(['format:check', `--files=${files.join(',')}`]);
  });
});
