#!/bin/sh
# Stands in as cargo's target runner: instead of running a test binary it records
# how cargo would have run it, below NX_CARGO_TEST_RUNS:
#   <n>/command      the binary and its arguments, each ended by a NUL
#   <n>/environment  the environment, each entry ended by a NUL
#   <n>/directory    the working directory
record=$NX_CARGO_TEST_RUNS/$$
mkdir "$record" &&
  printf '%s\0' "$@" >"$record/command" &&
  env -0 >"$record/environment" &&
  printf '%s' "$(pwd -P)" >"$record/directory"
