/**
 * Environment variables that differ between machines, terminals or runs and
 * that compiled code has no business with. The values of all others enter the
 * key of `build-tests`, because which ones a build script or `option_env!` asks
 * for is known only after the build. One that is asked for and stands here
 * makes the build fail until it is declared. Patterns hold `*` for any text.
 */
const VOLATILE: readonly string[] = [
  // The shell, the terminal and the session.
  ...[
    '_',
    'PWD',
    'OLDPWD',
    'SHLVL',
    'SHELL',
    'BASH*',
    'ZSH*',
    'ZDOTDIR',
    'FISH_*',
    'PS[0-9]',
    'PROMPT*',
    'HIST*',
  ],
  ...[
    'TERM*',
    'COLORTERM',
    'COLORFGBG',
    'COLUMNS',
    'LINES',
    'LS_COLORS',
    'LSCOLORS',
    'LESS*',
    'PAGER',
    'EDITOR',
    'VISUAL',
  ],
  ...[
    'FORCE_COLOR',
    'NO_COLOR',
    'CLICOLOR*',
    'TMUX*',
    'STY',
    'WINDOW*',
    'VTE_*',
    'ITERM_*',
    'KONSOLE_*',
    'ALACRITTY_*',
  ],
  ...[
    'KITTY_*',
    'WEZTERM_*',
    'GHOSTTY_*',
    'WARP_*',
    'STARSHIP_*',
    'DIRENV_*',
    'ATUIN_*',
    'P9K_*',
    'POWERLEVEL*',
  ],
  // Who and where.
  ...[
    'PATH',
    'MANPATH',
    'INFOPATH',
    'HOME',
    'USER',
    'LOGNAME',
    'USERNAME',
    'HOSTNAME',
    'MAIL',
    'TMPDIR',
    'TMP',
    'TEMP',
  ],
  ...[
    'LANG',
    'LANGUAGE',
    'LC_*',
    'TZ',
    'DISPLAY',
    'WAYLAND_*',
    'XAUTHORITY',
    'XDG_*',
    'DBUS_*',
    'SESSION_*',
    'DESKTOP_*',
  ],
  ...[
    'GNOME_*',
    'GTK_MODULES',
    'GTK_THEME',
    'GTK_IM_MODULE',
    'GDK_BACKEND',
    'KDE_*',
    'QT_QPA_*',
    'QT_IM_MODULE',
    'QT_ACCESSIBILITY',
    'SSH_*',
    'GPG_*',
    'SUDO_*',
    'INVOCATION_ID',
    'JOURNAL_STREAM',
    'SYSTEMD_*',
  ],
  ...[
    '__CF*',
    'COMMAND_MODE',
    'XPC_*',
    'LaunchInstanceID',
    'SECURITYSESSIONID',
    'WSL*',
    'container',
    'OOM_*',
    'MEMORY_PRESSURE_*',
  ],
  // Editors, JavaScript tools, Nx itself.
  ...[
    'VSCODE_*',
    'CURSOR_*',
    'ELECTRON_*',
    'CHROME_*',
    'IDEA_*',
    'INTELLIJ_*',
    'JETBRAINS_*',
    '__INTELLIJ_*',
    'GIT_*',
  ],
  ...[
    'NX_*',
    'npm_*',
    'NPM_*',
    'NODE',
    'NODE_*',
    'NVM_*',
    'VOLTA_*',
    'FNM_*',
    'PNPM_*',
    'YARN_*',
    'BUN_*',
    'BERRY_*',
  ],
  ...['COREPACK_*', 'INIT_CWD', 'PROJECT_CWD', 'JEST_*', 'UV_*', 'LERNA_*', 'TURBO_*'],
  // Continuous integration.
  ...[
    'CI',
    'CI_*',
    'GITHUB_*',
    'RUNNER_*',
    'ACTIONS_*',
    'ImageOS',
    'ImageVersion',
    'GITLAB_*',
    'FF_*',
    'CIRCLE*',
    'BUILDKITE*',
  ],
  ...[
    'JENKINS_*',
    'BUILD_ID',
    'BUILD_NUMBER',
    'BUILD_TAG',
    'BUILD_URL',
    'JOB_*',
    'EXECUTOR_NUMBER',
    'TRAVIS*',
    'TEAMCITY_*',
    'BITBUCKET_*',
    'DRONE*',
    'TF_BUILD',
    'AGENT_*',
  ],
  ...[
    'SYSTEM_JOB*',
    'SYSTEM_TEAM*',
    'SYSTEM_PIPELINE*',
    'SYSTEM_DEFINITION*',
    'SYSTEM_COLLECTION*',
    'AZURE_*',
    'KUBERNETES_*',
    'AWS_*REGION',
    'AWS_PROFILE',
    'AWS_ACCESS_*',
    'AWS_SESSION_*',
    'AWS_ROLE_*',
    'AWS_CONTAINER_*',
    'GOOGLE_*',
    'GCP_*',
    '*_TOKEN',
    '*_SECRET',
    '*_SECRET_*',
    '*_PASSWORD',
    '*_PID',
  ],
  // Of cargo and rustup, what tells where things lie and how they look.
  ...[
    'CARGO',
    'CARGO_HOME',
    'CARGO_TERM_*',
    'CARGO_NET_*',
    'CARGO_HTTP_*',
    'CARGO_REGISTRY_*',
    'CARGO_REGISTRIES_*',
  ],
  ...[
    'CARGO_TARGET_DIR',
    'CARGO_BUILD_TARGET_DIR',
    'CARGO_BUILD_BUILD_DIR',
    'CARGO_BUILD_JOBS',
    'CARGO_MAKEFLAGS',
    'CARGO_LOG',
  ],
  ...[
    'MAKEFLAGS',
    'MFLAGS',
    'MAKELEVEL',
    'AWK*',
    'RUSTUP_HOME',
    'RUST_RECURSION_COUNT',
    'RUST_LOG',
    'RUST_LOG_STYLE',
  ],
  ...['RUST_BACKTRACE', 'RUST_LIB_BACKTRACE', 'RUST_MIN_STACK', 'RUST_TEST_*'],
  // Left over when Nx itself was started by cargo.
  ...[
    'CARGO_MANIFEST_*',
    'CARGO_PKG_*',
    'CARGO_BIN_*',
    'CARGO_CRATE_NAME',
    'CARGO_PRIMARY_PACKAGE',
  ],
];

/**
 * Whether a change of the variable makes `build-tests` run again.
 *
 * @param declared Further names, from the plugin option `buildEnvironment`.
 */
export function isCoveredBuildVariable(name: string, declared: readonly string[]): boolean {
  if (declared.includes(name)) return true;
  return !volatilePattern.test(name);
}

/**
 * A shell command that prints every covered variable with its value, sorted,
 * one a line; it needs nothing but POSIX `awk` and `sort`.
 *
 * @param declared Further names, from the plugin option `buildEnvironment`.
 */
export function printBuildEnvironment(declared: readonly string[]): string {
  const names = [...new Set(declared)]
    .sort()
    .filter((name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  const isDeclared = names.length === 0 ? '' : ` || n ~ /^(${names.join('|')})$/`;
  const program =
    `BEGIN { for (n in ENVIRON) if (n !~ /${expression(VOLATILE)}/${isDeclared})` +
    ` { v = ENVIRON[n]; gsub(/\\n/, "\\\\n", v); print n "=" v } }`;
  return `awk '${program}' | LC_ALL=C sort`;
}

const volatilePattern = new RegExp(expression(VOLATILE));

/** One expression that JavaScript and awk read alike. */
function expression(patterns: readonly string[]): string {
  return `^(${patterns.map((pattern) => pattern.replaceAll('*', '.*')).join('|')})$`;
}
