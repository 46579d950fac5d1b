# Tells what a machine is like, on the host and in a guest: `sh -c <this> sh WANTED…`.
# Each section is a line "@ NAME" and what the kernel or a program says; what cannot be
# read is an empty section. What is wanted are tools and absolute folders whose absence is
# told. Changes nothing; the section io_uring may compile a program of a few lines in a
# folder that it removes again.
section() { printf '@ %s\n' "$1"; }
show() {
  section "$1"
  shift
  cat "$@" 2>/dev/null
  # The next section needs a line of its own, whatever the file ends with.
  echo
}

section kernel
uname -srm
show limits /proc/self/limits
section descriptors
ulimit -S -n
ulimit -H -n
section status
grep -E '^(Uid|Gid|Groups|CapEff|NoNewPrivs|Seccomp):' /proc/self/status 2>/dev/null
show uid_map /proc/self/uid_map
show io_uring_disabled /proc/sys/kernel/io_uring_disabled
show io_uring_group /proc/sys/kernel/io_uring_group
show file-max /proc/sys/fs/file-max
section memory
grep '^MemTotal:' /proc/meminfo 2>/dev/null
section container
for sign in /.dockerenv /run/.containerenv /run/systemd/container; do
  if [ -e "$sign" ]; then echo "$sign"; fi
done
if [ -n "${container:-}" ]; then echo "container=$container"; fi
section disk
df -P -k "${TMPDIR:-/tmp}" "$HOME" 2>/dev/null
section missing
for wanted in "$@"; do
  case $wanted in
    /*) [ -d "$wanted" ] ;;
    *) command -v "$wanted" >/dev/null 2>&1 ;;
  esac || echo "$wanted"
done

# io_uring_setup(4, parameters) has the number 425 on every architecture that Rust tests are
# built for. One line: who asked, and "made" or "errno N", or the status of what was killed.
section io_uring
# Only what was killed has told something without an answer: a filter may do that. Others
# could not try, such as a python3 that is a script for another shell.
ask() {
  who=$1
  shift
  command -v "$1" >/dev/null 2>&1 || return 1
  answer=$("$@" 2>/dev/null)
  status=$?
  case $answer in
    made | errno\ *) echo "$who $answer" ;;
    *) [ "$status" -gt 128 ] && echo "$who status $status" ;;
  esac
}
in_c='
#include <errno.h>
#include <stdio.h>
#include <unistd.h>
int main(void) {
  char parameters[120] = {0};
  if (syscall(425, 4, parameters) >= 0) puts("made");
  else printf("errno %d\n", errno);
  return 0;
}'
by_perl() {
  ask perl perl -e '
    $parameters = "\0" x 120;
    print syscall(425, 4, $parameters) >= 0 ? "made" : "errno " . ($! + 0)'
}
by_python() {
  ask python3 python3 -c '
import ctypes
call = ctypes.CDLL(None, use_errno=True).syscall
made = call(425, 4, ctypes.create_string_buffer(120)) >= 0
print("made" if made else "errno %d" % ctypes.get_errno())'
}
by_compiler() {
  command -v cc >/dev/null 2>&1 && folder=$(mktemp -d) || return 1
  trap 'rm -rf -- "$folder"' EXIT
  trap 'exit 143' HUP INT TERM
  printf '%s' "$in_c" | cc -x c -o "$folder/probe" - 2>/dev/null && ask cc "$folder/probe"
}
if [ "$(uname -s)" = Linux ]; then
  by_perl || by_python || by_compiler || :
fi
section end
