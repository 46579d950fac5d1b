import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as publicInterface from './index';

test('exactly the public functions are exported', () => {
  expect(Object.keys(publicInterface).sort()).toEqual([
    'FileReader',
    'GRAPH_VERSION',
    'ObjectGraphError',
    'TABLE_VERSION',
    'compareLinks',
    'decodeFileTable',
    'decodeLinkState',
    'encodeFileTable',
    'encodeLinkState',
    'fingerprintAndKeep',
    'fingerprintProgram',
    'fingerprintTests',
    'fingerprintTestsAgain',
    'nearestNodes',
    'nodeKind',
    'nodePath',
    'openGraph',
    'readExecutable',
    'readLibraryNeeds',
    'shortestPath',
    'symbolPath',
    'testsReaching',
  ]);
});

test('nothing is imported but hashing', () => {
  const files = ['.', 'elf'].flatMap((folder) =>
    readdirSync(join(__dirname, folder)).map((name) => join(__dirname, folder, name)),
  );
  const sources = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'));
  const imported = sources.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/from '([^.'][^']*)'/g)].map((match) => match[1]),
  );
  expect([...new Set(imported)]).toEqual(['node:crypto']);
});
