/**
 * The environment as it was before Nx started the task: without `NX_*`, without
 * `LERNA_PACKAGE_NAME`, which Nx sets for every task, and without the
 * `FORCE_COLOR=true` that Nx gives to tasks whose user had not chosen a value.
 * Any other value of `FORCE_COLOR` was the user's own and stays.
 */
export function outerEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || name.startsWith('NX_') || name === 'LERNA_PACKAGE_NAME') continue;
    if (name === 'FORCE_COLOR' && value === 'true') continue;
    result[name] = value;
  }
  // bin/nx.js replaces FORCE_COLOR=0 by NO_COLOR=1, and the task gets FORCE_COLOR=0 back.
  if (environment['FORCE_COLOR'] === '0' && environment['NO_COLOR'] === '1') {
    delete result['NO_COLOR'];
  }
  return result;
}
