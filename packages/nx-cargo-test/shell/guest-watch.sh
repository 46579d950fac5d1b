# Looks at a process group of the guest until it is gone: `sh -c <this> sh <leader> <file>`,
# or once: `sh -c <this> sh <leader> <file> look`, or tells what was seen after its end:
# `sh -c <this> sh <leader> <file> tell`. Those print what they have to say; otherwise it
# goes to the file. All processes of the group count and all descendants of its leader,
# without the leader, which is a shell of ours. Lines of the file:
#   most <descriptors> <io_uring instances> <locked KiB> <resident KiB> <threads>
#                        the most that was seen at one time of all of them
#   reached <descriptors|lockedBytes> <amount> <limit>
#                        a soft limit that one of them was seen to reach, as reached-limits.ts says
#   kills <count> <line of /proc/PID/cgroup>
#                        a control group in which one was seen, or is taken to have begun, with
#                        what it had counted by then of processes killed for lack of memory
#   in <line of /proc/PID/cgroup>
#                        one in which they were at the last look
# To that, `tell` adds the line "memory-killed" if one of the last groups has counted more since.
# After the first few looks, looking takes at most a twentieth of the time, and what it takes
# is measured each time.
leader=$1
file=$2
groups=${4:-/sys/fs/cgroup}

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

# The count of a control group that accounts for memory; empty where it cannot be read.
counting='
  $1 == "kills" { count = $2; sub(/^kills [0-9]+ /, ""); before[$0] = count; next }
  $1 == "in" { sub(/^in /, ""); last[$0] = 1; next }
  function countIn(name,  line, count) {
    count = ""
    while ((getline line < name) > 0) if (line ~ /^oom_kill [0-9]+$/) count = substr(line, 10)
    close(name)
    return count
  }
  function kills(group,  folder, name, controllers, path, count) {
    path = group
    sub(/^[0-9]+:/, "", path)
    controllers = path
    sub(/:.*/, "", controllers)
    sub(/^[^:]*:/, "", path)
    if (controllers == "") { folder = groups; name = "/memory.events" }
    else if (("," controllers ",") ~ /,memory,/) { folder = groups "/memory"; name = "/memory.oom_control" }
    else return ""
    count = countIn(folder path name)
    # In a container the path may be one that only the host sees.
    return count == "" ? countIn(folder name) : count
  }'

# What was seen before comes first, then the processes, each with a first line "Name:".
merging='
  function larger(a, b) { return a + 0 > b + 0 ? a + 0 : b + 0 }
  function reach(resource, amount, limit) {
    if (amount >= limit * 7 / 8 && amount > amounts[resource] + 0) {
      amounts[resource] = amount
      limits[resource] = limit
    }
  }
  function enter(group,  count) {
    if (group in before) return
    count = kills(group)
    if (count != "") before[group] = count
  }
  # "unlimited" is no number.
  function process(  bytes) {
    if (!isProcess) return
    if (files ~ /^[0-9]+$/ && slots >= files + 0) reach("descriptors", held, files + 0)
    bytes = pinned * 1024
    if (lockable ~ /^[1-9][0-9]*$/ && bytes <= lockable + 0) reach("lockedBytes", bytes, lockable + 0)
    descriptors += held
    locked += pinned
    held = pinned = slots = 0
    files = lockable = ""
  }
  $1 == "most" { for (field = 2; field <= 6; field++) most[field - 1] = $field; next }
  $1 == "reached" { amounts[$2] = $3; limits[$2] = $4; next }
  /^Name:/ { process(); isProcess = 1 }
  /^FDSize:/ { slots = $2 + 0 }
  /^VmLck:/ || /^VmPin:/ { pinned += $2 }
  /^VmRSS:/ { resident += $2 }
  /^VmHWM:/ { if ($2 + 0 > highest) highest = $2 + 0 }
  /^Threads:/ { threads += $2 }
  /^Max open files / { files = $4 }
  /^Max locked memory / { lockable = $4 }
  /^[0-9]+:/ { now[$0] = 1; isSomewhere = 1 }
  /^l.* -> / { held++ }
  /^l.* -> anon_inode:\[io_uring\]$/ { rings++ }
  END {
    process()
    if (highest > resident) resident = highest
    for (group in last) enter(group)
    for (group in now) enter(group)
    if (!isSomewhere) for (group in last) now[group] = 1
    for (group in now) print "in " group
    for (group in before) print "kills " before[group] " " group
    if (threads + most[5] > 0)
      print "most", larger(most[1], descriptors), larger(most[2], rings), larger(most[3], locked), larger(most[4], resident), larger(most[5], threads)
    for (resource in amounts) printf "reached %s %.0f %.0f\n", resource, amounts[resource], limits[resource]
  }'

look() {
  {
    # Before any look, all processes are taken to be in our control groups.
    cat "$file" 2>/dev/null || sed 's/^/in /' /proc/self/cgroup
    for pid in $(members); do
      cat "/proc/$pid/status" "/proc/$pid/limits" "/proc/$pid/cgroup" 2>/dev/null
      # A name must not look like a line of another kind.
      ls -lq "/proc/$pid/fd" 2>/dev/null
    done
  } | awk -v groups="$groups" "$counting $merging"
}

tell() {
  awk -v groups="$groups" "$counting"'
    { print }
    END {
      for (group in last) if (group in before && kills(group) + 0 > before[group] + 0) isKilled = 1
      if (isKilled) print "memory-killed"
    }' "$file"
}

case ${3:-} in
  look | tell)
    "$3"
    exit
    ;;
esac
longest=20
while kill -s 0 -- "-$leader" 2>/dev/null; do
  before=$(clock)
  # Whoever reads must find it whole; the folder goes when the process is forgotten.
  { look >"$file.part" && mv "$file.part" "$file"; } 2>/dev/null || exit 0
  pause=$((($(clock) - before) * 20))
  [ "$pause" -gt 20 ] || pause=20
  # The first looks follow each other faster, so that short processes are seen, too.
  [ "$pause" -lt "$longest" ] || pause=$longest
  [ "$longest" -ge 1000 ] || longest=$((longest * 2))
  sleep "$((pause / 100)).$(printf %02d $((pause % 100)))"
done
