#!/bin/sh
# Stands in for a linker and records what rustc links with it. It runs the real
# one with the very same arguments and gives its exit status back, whatever
# becomes of the recording.
#
# After a successful link of an executable by rustc it records, in a new folder
# below NX_CARGO_TEST_CAPTURE:
#   arguments           the arguments, each ended by a NUL
#   directory           the working directory
#   response-<n>        a copy of the n-th @file argument
#   files               paths of the object files and archives among the arguments, each ended by a NUL
#   inputs/<base name>  a hard link or copy of each, or, when two have the same
#                       base name, numbered/<index in files>
#   output              a hard link of what was linked, if the file system allows it
#
# rustc removes its objects as soon as the linker returns, hence all of this
# happens here. Programs are started few times and for many files at once,
# because each start costs about a millisecond.

program=@PROGRAM@
folder=@FOLDER@

# A compiler cache looks for the next program of its own name in the PATH, and
# would call this script again if it found it there.
path=:$PATH:
case $path in
  *":$folder:"*)
    path=${path%%":$folder:"*}:${path#*":$folder:"}
    path=${path#:}
    PATH=${path%:}
    ;;
esac

# rustc is told its crate by cargo; a build script that compiles C is not.
case ${NX_CARGO_TEST_CAPTURE:+set}${CARGO_CRATE_NAME:+set},${CARGO_CRATE_NAME-} in
  setset,build_script_*) exec "$program" "$@" ;;
  setset,*) ;;
  *) exec "$program" "$@" ;;
esac

newline='
'
output=
previous=
link=yes
scan() {
  case $previous in
    -o) output=$1 ;;
    -T | -L | -B | -Xlinker | -u | -e | -z | -l | -x) ;;
    *)
      case $1 in
        -c | -E | -S | -M | -MM | -r | -shared | -dynamiclib | -fsyntax-only | -dump* | -print* | --print* | --version | --help | '-###')
          link=no ;;
        *"$newline"*) link=no ;;
      esac
      ;;
  esac
  previous=$1
}
for argument; do
  case $argument in
    @*)
      if [ -f "${argument#@}" ]; then
        # Without -r, read undoes the backslashes that rustc writes.
        while IFS= read line || [ -n "$line" ]; do scan "$line"; done <"${argument#@}"
      fi
      ;;
    *) scan "$argument" ;;
  esac
done
if [ "$link" = no ] || [ -z "$output" ]; then exec "$program" "$@"; fi

"$program" "$@"
status=$?
[ "$status" -eq 0 ] || exit "$status"

record=$NX_CARGO_TEST_CAPTURE/.$$-${output##*/}

# Takes the paths collected in $batch, one a line, into the record.
take_batch() {
  [ -n "$batch" ] || return 0
  IFS=$newline
  set -f
  set -- $batch
  set +f
  unset IFS
  batch=
  in_batch=0
  printf '%s\0' "$@" >>"$record/files" || return 1
  ln -- "$@" "$record/inputs/" && return 0
  # On another disk, or two of the same name: what is missing is copied, the rest shows in the count.
  missing=
  for file; do
    [ -e "$record/inputs/${file##*/}" ] || missing=$missing$file$newline
  done
  [ -n "$missing" ] || return 0
  IFS=$newline
  set -f
  set -- $missing
  set +f
  unset IFS
  cp -- "$@" "$record/inputs/" || :
}

take() {
  case $1 in
    -*) return 0 ;;
    *.o | *.a | *.rlib | *.obj | *.lo) ;;
    *) return 0 ;;
  esac
  [ -f "$1" ] || return 0
  batch=$batch$1$newline
  in_batch=$((in_batch + 1))
  taken=$((taken + 1))
  [ "$in_batch" -lt 500 ] || take_batch
}

# Files of equal base name would overwrite each other: each gets its number as name.
take_numbered() {
  rm -rf "$record/inputs" "$record/files"
  mkdir "$record/numbered" || return 1
  number=0
  while [ "$#" -gt 0 ]; do
    case $1 in
      @*)
        if [ -f "${1#@}" ]; then
          while IFS= read line || [ -n "$line" ]; do take_one_numbered "$line" || return 1; done <"${1#@}"
        fi
        ;;
      *) take_one_numbered "$1" || return 1 ;;
    esac
    shift
  done
}

take_one_numbered() {
  case $1 in
    -*) return 0 ;;
    *.o | *.a | *.rlib | *.obj | *.lo) ;;
    *) return 0 ;;
  esac
  [ -f "$1" ] || return 0
  printf '%s\0' "$1" >>"$record/files" || return 1
  ln -- "$1" "$record/numbered/$number" || cp -- "$1" "$record/numbered/$number" || return 1
  number=$((number + 1))
}

capture() {
  mkdir -p "$record/inputs" || return 1
  printf '%s\0' "$@" >"$record/arguments" || return 1
  printf '%s' "$PWD" >"$record/directory" || return 1
  : >"$record/files" || return 1
  batch=
  in_batch=0
  taken=0
  responses=0
  for argument; do
    case $argument in
      @*)
        if [ -f "${argument#@}" ]; then
          cp -- "${argument#@}" "$record/response-$responses" || return 1
          responses=$((responses + 1))
          while IFS= read line || [ -n "$line" ]; do take "$line" || return 1; done <"${argument#@}"
        fi
        ;;
      *) take "$argument" || return 1 ;;
    esac
  done
  take_batch || return 1
  present=0
  for file in "$record/inputs/"*; do
    [ -e "$file" ] && present=$((present + 1))
  done
  if [ "$present" -ne "$taken" ]; then take_numbered "$@" || return 1; fi
  ln -- "$output" "$record/output" || :
  mv -- "$record" "$NX_CARGO_TEST_CAPTURE/$$-${output##*/}"
}

capture "$@" >/dev/null 2>&1 || rm -rf "$record" >/dev/null 2>&1
exit "$status"
