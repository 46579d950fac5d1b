// The reports of the Lima run, each a file in docs/evidence.

const TABLE = ['| What | Result | Time | |', '|---|---|---|---|'];

/** Title and introduction by name of the file; `table` is what heads the rows, if they are a table of commands. */
export const REPORTS = {
  'lima.md': {
    table: TABLE,
    introduction: `# Tests in a real Lima VM

Written by \`npm run e2e:lima -- --write\`. The VM is built from package registries by
\`tools/lima\`: Debian 12 in QEMU without KVM, so its processor is emulated, and times say
little of a Mac. The tests are built on the host, whose processor is of the same kind, and
copied; [lima-build.md](lima-build.md) and [lima-sample.md](lima-sample.md) have tests that
are built in the guest, [lima-doctor.md](lima-doctor.md) what the doctor says, and
[lima-document-table.md](lima-document-table.md) the commands of LIMA_TESTING.md. Each
command is a whole \`nx run\`.`,
  },
  'lima-build.md': {
    table: TABLE,
    introduction: `# Tests that are built in a real Lima VM

Written by \`npm run e2e:lima -- --only=guest-build --write\`, in the VM of [lima.md](lima.md),
with the options of a Mac: \`limaBuild\` is \`guest\`. Sources are copied, then, from the row on that
says so, shown by a read-only mount. The VM's image has the Rust toolchain of the machine that made
it. The crate is small, because rustc is slow on an emulated processor; [lima-sample.md](lima-sample.md)
has a larger one.`,
  },
  'lima-sample.md': {
    table: TABLE,
    introduction: `# The sample, built in a real Lima VM

Written by \`npm run e2e:lima -- --only=guest-sample --write\`, in the VM of [lima.md](lima.md),
with the options of a Mac: the sample in \`e2e/glommio\` and the crates that it depends on are
compiled in the guest, and \`limaSources\` is \`mount\`, read-only. The rows after the tests are the
commands of LIMA_TESTING.md that compile the crate, and its doc tests, each of which said that it
ran in the guest.`,
  },
  'lima-doctor.md': {
    introduction: `# What the doctor finds in a real Lima VM

Written by \`npm run e2e:lima -- --only=doctor --write\`: what \`nx run glommio:doctor\` says of
the guest in the VM of [lima.md](lima.md), with the options of a Mac.`,
  },
  'lima-document-table.md': {
    introduction: `# The commands of LIMA_TESTING.md in a real Lima VM

Written by \`npm run e2e:lima -- --only=document-table --write\`: the rows of
\`tools/document-table.json\` that run tests, on the sample in \`e2e/glommio\` in the VM of
[lima.md](lima.md). Numbers of tests are those of a native run. The tests are built on the
host and copied; \`make all\` formats and lints there, too. Nothing comes from a cache. The commands
that run no tests are in [lima-sample.md](lima-sample.md), where the guest compiles.`,
  },
};

/** The text of a report; `made` says when and with what. */
export function reportText(name, lines, made) {
  const { introduction, table = [] } = REPORTS[name];
  return [introduction, '', made, '', ...table, ...lines, ''].join('\n');
}
