/**
 * Names that every link defines without any input of the user: made by the
 * linker itself, or part of the C toolchain's start-up files, `libgcc.a` and
 * `libc_nonshared.a`, whose identity belongs to the compiler's.
 */
const LINKER_DEFINED = new Set([
  '_GLOBAL_OFFSET_TABLE_',
  '_DYNAMIC',
  '__ehdr_start',
  '__executable_start',
  '__dso_handle',
  '__tls_get_addr',
  '_TLS_MODULE_BASE_',
  '_start',
  '_init',
  '_fini',
  'etext',
  '_etext',
  '__etext',
  'edata',
  '_edata',
  'end',
  '_end',
  '__bss_start',
  '__data_start',
  'data_start',
  '__preinit_array_start',
  '__preinit_array_end',
  '__init_array_start',
  '__init_array_end',
  '__fini_array_start',
  '__fini_array_end',
  '__rela_iplt_start',
  '__rela_iplt_end',
  '__GNU_EH_FRAME_HDR',
  '__eh_frame_start',
  'atexit',
  'at_quick_exit',
  'pthread_atfork',
  '__stack_chk_fail_local',
  'stat',
  'stat64',
  'lstat',
  'lstat64',
  'fstat',
  'fstat64',
  'fstatat',
  'fstatat64',
  'mknod',
  'mknodat',
  '__clear_cache',
  '__cpu_model',
  '__cpu_indicator_init',
  '__aarch64_have_lse_atomics',
  '__aarch64_cpu_features',
  '__init_cpu_features_resolver',
]);

/** Arithmetic helpers of `libgcc.a` (GCC internals, "The GCC low-level runtime library"). */
const COMPILER_RUNTIME =
  /^__(?:[a-z]+(?:hi|si|di|ti|sf|df|tf|xf|sc|dc|tc|xc|hf|bf)[234]?|aarch64_(?:cas|swp|ld[a-z]+)\d+_\w+)$/;

/** Whether a name without a captured definition is one that the toolchain itself supplies. */
export function isLinkerDefined(name: string): boolean {
  return LINKER_DEFINED.has(name) || COMPILER_RUNTIME.test(name);
}
