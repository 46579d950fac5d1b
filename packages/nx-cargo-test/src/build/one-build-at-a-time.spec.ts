import { tmpdir } from 'node:os';
import { oneBuildAtATime } from './one-build-at-a-time';

const place = { workspaceRoot: tmpdir(), cargoWorkspace: `rust-${process.pid}`, packageName: 'a' };

it('builds a package once at a time, and says that a second command waits', async () => {
  const events: string[] = [];
  let end = (): void => undefined;
  const first = oneBuildAtATime(place, async () => {
    await new Promise<void>((resolve) => (end = resolve));
    events.push('first ends');
  });
  const second = oneBuildAtATime(
    place,
    () => Promise.resolve(events.push('second begins')),
    () => {
      events.push('second waits');
      end();
    },
  );
  await Promise.all([first, second]);
  expect(events).toEqual(['second waits', 'first ends', 'second begins']);
});

it('builds two packages side by side', async () => {
  const other = { ...place, packageName: 'b' };
  await expect(
    oneBuildAtATime(place, () => oneBuildAtATime(other, () => Promise.resolve('both'))),
  ).resolves.toBe('both');
});
