# Runs in a guest, as the one long-lived shell of a run:
# `sh -c <this> sh <end-guard.sh> <guest-watch.sh>`.
# Each line of standard input is a request, answered by lines and a line with a dot:
#   start <id> <job>         a script in base64, run in a session of its own without input;
#                            "group <process group>", or "said <why it cannot be started>"
#   watch <id>               looks at what its group holds until it ends
#   look <id>                what guest-watch.sh sees now, and saw before
#   poll <id> <out> <err>    "out" and "err" with more than that many bytes of its output, in base64,
#                            and "end <exit status>", 128 and the number for a signal
#   kill <id> <signal>       signals all of its group
#   end <id>                 kills its group ("left" if there was one) and forgets it, with
#                            what guest-watch.sh tells if it was watched
#   make <name>              a folder; "folder <path>"
#   remove <name>            it goes with all that is in it
#   own <path>               a folder elsewhere that goes with the run's own
#   disown <path>            it goes now
#   size <path>              "size <bytes>" of a file that is there
#   read <path>              "text <base64>" of a file that is there
#   do <script>              a short script in base64: "status <n>" and "text <base64>"
# Text is base64, so that no output can look like an answer. Once standard input
# ends, or this shell is killed, the guard kills what was started and removes the folder.
guard=$1
watch=$2
newline='
'
# The limit of a first login may be from before the guest was provisioned.
ulimit -S -n 65536 2>/dev/null || ulimit -S -n "$(ulimit -H -n)" 2>/dev/null
folder=$(mktemp -d "${TMPDIR:-/tmp}/nx-cargo-test-XXXXXXXXXX") || exit 70
mkfifo -m 600 "$folder/guard" || exit 70
setsid sh -c "$guard" sh <"$folder/guard" >/dev/null 2>&1 &
exec 9>"$folder/guard"
echo "+ folder $folder" >&9
# A command in the background ignores the signals of the keyboard, which tests must not.
default_signals=
if env --default-signal=INT,QUIT true 2>/dev/null; then default_signals=--default-signal=INT,QUIT; fi
export default_signals
set -f

encoded() { base64 | tr -d '\n'; }

# Ends as the job did. Signals that the job sends to its whole group must not end it before.
supervise='
  trap : HUP INT QUIT PIPE ALRM TERM USR1 USR2
  sh "$1/job" </dev/null >"$1/out" 2>"$1/err" &
  child=$!
  wait "$child"
  status=$?
  while kill -s 0 "$child" 2>/dev/null; do
    wait "$child"
    status=$?
  done
  exit "$status"
'

prepare() {
  mkdir "$folder/$1" && : >"$folder/$1/out" && : >"$folder/$1/err" &&
    printf '%s' "$2" | base64 -d >"$folder/$1/job"
}

start() {
  if ! said=$(prepare "$1" "$2" 2>&1); then
    printf 'said %s\n' "$(printf %s "$said" | tr '\n' ' ')"
    rm -rf -- "${folder:?}/$1"
    return
  fi
  setsid sh -c "$supervise" sh "$folder/$1" </dev/null >/dev/null 2>&1 9>&- &
  group=$!
  eval "group_$1=$group"
  echo "+ group $group" >&9
  # Until it has its session, signals to the group would miss it.
  while kill -s 0 "$group" 2>/dev/null && ! kill -s 0 -- "-$group" 2>/dev/null; do sleep 0.01; done
  echo "group $group"
}

watch() {
  eval "group=\$group_$1"
  sh -c "$watch" sh "$group" "$folder/$1/seen" </dev/null >/dev/null 2>&1 9>&- &
}

look() {
  # It may have been forgotten just now.
  [ -d "$folder/$1" ] || return 0
  eval "group=\$group_$1"
  sh -c "$watch" sh "$group" "$folder/$1/seen" look </dev/null 2>/dev/null 9>&-
}

size_of() { stat -L -c %s -- "$1" 2>/dev/null; }

# At most a quarter of a mebibyte at a time.
part() {
  [ "$(size_of "$2")" -gt "$3" ] || return 0
  printf '%s ' "$1"
  tail -c "+$(($3 + 1))" -- "$2" | head -c 262144 | encoded
  echo
}

# Whether a process has ended; its exit status is kept then. The shell itself knows it: a record
# in a file would be empty on a full disk.
is_over() {
  eval "[ -z \"\${status_$1:-}\" ]" || return 0
  if read -r state <"/proc/$2/stat"; then
    # The name of the program stands in brackets.
    case ${state##*) } in [ZX]*) ;; *) return 1 ;; esac
  fi 2>/dev/null
  wait "$2"
  eval "status_$1=\$?"
}

poll() {
  eval "group=\$group_$1"
  # Before the output, which is whole once the end is known.
  end=
  if is_over "$1" "$group"; then eval "end=\"end \$status_$1\""; fi
  part out "$folder/$1/out" "$2"
  part err "$folder/$1/err" "$3"
  [ -z "$end" ] || echo "$end"
}

end() {
  eval "group=\$group_$1"
  if is_over "$1" "$group"; then
    # Descendants may be about to end.
    for attempt in 1 2 3 4 5; do
      kill -s 0 -- "-$group" 2>/dev/null || break
      sleep 0.1
    done
  fi
  if kill -s KILL -- "-$group" 2>/dev/null; then echo left; fi
  echo "- group $group" >&9
  if [ -f "$folder/$1/seen" ]; then
    sh -c "$watch" sh "$group" "$folder/$1/seen" tell </dev/null 2>/dev/null 9>&-
  fi
  unset "group_$1" "status_$1"
  rm -rf -- "${folder:?}/$1"
}

perform() {
  output=$(printf '%s' "$1" | base64 -d | sh 2>&1 9>&-)
  echo "status $?"
  printf 'text %s\n' "$(printf '%s' "$output" | encoded)"
}

# The first answer comes unasked.
echo "folder $folder"
echo "processors $(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)"
echo "descriptors $(ulimit -S -n)"
echo "kernel $(uname -srm)"
echo "environment $(env -0 | encoded)"
echo .
while IFS=' ' read -r verb first rest; do
  case $verb in
    start) start "$first" "$rest" ;;
    poll) poll "$first" ${rest% *} ${rest#* } ;;
    watch) watch "$first" ;;
    look) look "$first" ;;
    kill)
      eval "group=\${group_$first:-}"
      [ -z "$group" ] || kill -s "$rest" -- "-$group" 2>/dev/null
      ;;
    end) end "$first" ;;
    make) mkdir -m 700 "$folder/$first" && echo "folder $folder/$first" ;;
    remove) rm -rf -- "${folder:?}/$first" ;;
    own) echo "+ folder $first${rest:+ $rest}" >&9 ;;
    disown)
      rm -rf -- "$first${rest:+ $rest}"
      echo "- folder $first${rest:+ $rest}" >&9
      ;;
    size) if size=$(size_of "$first"); then echo "size $size"; fi ;;
    read) if [ -f "$first" ]; then printf 'text %s\n' "$(encoded <"$first")"; fi ;;
    do) perform "$first" ;;
    *) echo "unknown $verb" ;;
  esac
  echo .
done
