import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const PACKAGE = resolve(__dirname, '../..');

const read = (file: string): unknown => JSON.parse(readFileSync(join(PACKAGE, file), 'utf8'));

const manifest = read('package.json') as {
  generators: string;
  'nx-migrations': { migrations: string };
  files: string[];
  exports: Record<string, unknown>;
};
const { generators } = read('generators.json') as {
  generators: Record<string, { factory: string; schema: string; description: string }>;
};

describe('the manifest', () => {
  it('leads Nx to the generators and migrations, and publishes them', () => {
    expect(manifest.generators).toBe('./generators.json');
    expect(manifest['nx-migrations'].migrations).toBe('./migrations.json');
    for (const file of ['generators.json', 'migrations.json']) {
      expect(manifest.files).toContain(file);
      expect(manifest.exports[`./${file}`]).toBe(`./${file}`);
    }
  });

  it('has migrations of the form that `nx migrate` reads', () => {
    expect(Object.keys(read('migrations.json') as object)).toEqual([
      'generators',
      'packageJsonUpdates',
    ]);
  });

  it('names every generator that there is', () => {
    const folders = readdirSync(__dirname, { withFileTypes: true })
      .filter(
        (each) => each.isDirectory() && existsSync(join(__dirname, each.name, 'generator.ts')),
      )
      .map(({ name }) => name);
    expect(Object.keys(generators).sort()).toEqual(folders.sort());
  });

  it.each(Object.entries(generators))('leads to the source of %s', (name, { factory }) => {
    expect(factory).toBe(`./dist/generators/${name}/generator`);
  });

  it.each(Object.entries(generators))(
    'leads to the schema of %s, in which every option is described and typed',
    (_, { schema }) => {
      const { properties, additionalProperties } = read(schema) as {
        properties: Record<string, { description: string }>;
        additionalProperties: boolean;
      };
      // So that the generator refuses others itself, and names the nearest right one.
      expect(additionalProperties).toBe(true);
      // In a terminal it asks.
      expect(Object.values(properties).some((each) => 'x-prompt' in each)).toBe(true);
      for (const property of Object.values(properties)) {
        expect(property).toEqual(
          expect.objectContaining({ description: expect.stringMatching(/\.$/) }),
        );
        expect('type' in property || 'oneOf' in property).toBe(true);
      }
    },
  );
});
