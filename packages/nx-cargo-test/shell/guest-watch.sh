# Looks at a process group of the guest until it is gone: `sh -c <this> sh <leader> <file>`.
# The file gets one line with the most that was seen at one time of all processes of the
# group and all descendants of its leader, without the leader, which is a shell of ours:
#   <descriptors> <io_uring instances> <locked KiB> <resident KiB> <threads>
# Looking takes at most a twentieth of the time, and what it takes is measured each time.
leader=$1
file=$2
most='0 0 0 0 0'

# Hundredths of a second since the guest was started.
clock() {
  read -r up rest </proc/uptime
  echo "${up%.*}${up#*.}"
}

members() {
  cat /proc/[0-9]*/stat 2>/dev/null | awk -v leader="$leader" '
    {
      pid = $1
      # The name of the program stands in brackets, and may hold anything.
      sub(/^.*\) /, "")
      if ($1 == "Z" || $1 == "X") next
      parent[pid] = $2
      if (pid == leader || $3 == leader) found[pid] = 1
    }
    END {
      do {
        grown = 0
        for (pid in parent)
          if (!(pid in found) && (parent[pid] in found)) grown = found[pid] = 1
      } while (grown)
      for (pid in found) if (pid != leader) print pid
    }'
}

look() {
  for pid in $(members); do
    cat "/proc/$pid/status" 2>/dev/null
    ls -l "/proc/$pid/fd" 2>/dev/null
  done | awk '
    /^VmLck:/ || /^VmPin:/ { locked += $2 }
    /^VmRSS:/ { resident += $2 }
    /^VmHWM:/ { if ($2 + 0 > highest) highest = $2 + 0 }
    /^Threads:/ { threads += $2 }
    /^l.* -> / { descriptors++ }
    /^l.* -> anon_inode:\[io_uring\]$/ { rings++ }
    END {
      if (highest > resident) resident = highest
      if (threads > 0) print descriptors + 0, rings + 0, locked + 0, resident + 0, threads + 0
    }'
}

larger() { if [ "$1" -gt "$2" ]; then echo "$1"; else echo "$2"; fi; }

while kill -s 0 -- "-$leader" 2>/dev/null; do
  before=$(clock)
  seen=$(look)
  if [ -n "$seen" ]; then
    set -- $most $seen
    now="$(larger "$1" "$6") $(larger "$2" "$7") $(larger "$3" "$8") $(larger "$4" "$9") $(larger "$5" "${10}")"
    if [ "$now" != "$most" ]; then
      most=$now
      # Whoever reads must find it whole; the folder goes when the process is forgotten.
      { echo "$most" >"$file.part" && mv "$file.part" "$file"; } 2>/dev/null || exit 0
    fi
  fi
  pause=$((($(clock) - before) * 20))
  [ "$pause" -gt 20 ] || pause=20
  [ "$pause" -lt 1000 ] || pause=1000
  sleep "$((pause / 100)).$(printf %02d $((pause % 100)))"
done
