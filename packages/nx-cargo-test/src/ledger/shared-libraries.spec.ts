import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../cargo/run-program';
import { parseLoaderList, sharedLibraries } from './shared-libraries';

const environment = { PATH: process.env['PATH'] ?? '' };

test('the libraries of a real program, each with its build-id', async () => {
  const libraries = await sharedLibraries(process.execPath, environment, '/', runProgram);
  expect(libraries).not.toBeInstanceOf(Error);
  const names = (libraries as string[]).map((library) => library.replace(/=.*$/s, ''));
  expect(names).toEqual(expect.arrayContaining([expect.stringMatching(/^libc\./)]));
  expect([...names].sort()).toEqual(names);
  for (const library of libraries as string[])
    expect(library).toMatch(/=(?:sha256-)?[0-9a-f]{16,}$/);
});

test('a preloaded library counts', async () => {
  const libraries = (await sharedLibraries(
    process.execPath,
    environment,
    '/',
    runProgram,
  )) as string[];
  const loader = libraries.find((library) => library.startsWith('/lib'))!.replace(/=.*$/s, '');
  const preloaded = await sharedLibraries(
    '/bin/true',
    { ...environment, LD_PRELOAD: 'libm.so.6' },
    '/',
    runProgram,
  );
  expect(loader).toMatch(/ld-/);
  expect(JSON.stringify(preloaded)).toContain('libm.so.6');
  expect(await sharedLibraries('/bin/true', environment, '/', runProgram)).not.toEqual(preloaded);
});

test('what is no program of this system is not known', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'libraries-'));
  try {
    const script = join(folder, 'script');
    writeFileSync(script, '#!/bin/sh\n');
    for (const file of [script, join(folder, 'missing')]) {
      expect(await sharedLibraries(file, environment, '/', runProgram)).toBeInstanceOf(Error);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('reads what the loaders of glibc and musl print', () => {
  const glibc =
    '\tlinux-vdso.so.1 (0x00007ffd)\n\tlibgcc_s.so.1 => /lib/x86_64-linux-gnu/libgcc_s.so.1 (0x00007f1)\n\t/lib64/ld-linux-x86-64.so.2 (0x00007f2)\n';
  expect(parseLoaderList(glibc)).toEqual([
    { name: 'libgcc_s.so.1', path: '/lib/x86_64-linux-gnu/libgcc_s.so.1' },
    { name: '/lib64/ld-linux-x86-64.so.2', path: '/lib64/ld-linux-x86-64.so.2' },
  ]);
  const musl =
    '\t/lib/ld-musl-x86_64.so.1 (0x7f1)\n\tlibc.musl-x86_64.so.1 => /lib/ld-musl-x86_64.so.1 (0x7f1)\n';
  expect(parseLoaderList(musl)).toHaveLength(2);
  expect(parseLoaderList('\tstatically linked\n')).toEqual([]);
});

test('a library that is missing is no answer', () => {
  expect(() => parseLoaderList('\tlibgone.so.1 => not found\n')).toThrow(/libgone/);
});
